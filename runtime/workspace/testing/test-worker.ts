import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { join } from 'node:path';
import { createTestHost, testImplementations } from '@graft/engine/testing';
import {
  GraphError,
  implement,
  implementItems,
  ItemFailure,
  type Implementation,
  type RunContext,
} from '@graft/graph';
import { openArtifactStores } from '@graft/store/s3';
import { serveSteps } from '@graft/worker/serve-steps';
import {
  crashNode,
  holdNode,
  hogNode,
  pacedNode,
  savingNode,
  sharedCrashNode,
  sharedSlowNode,
  sharedHoldNode,
  stubbornNode,
} from './test-nodes.ts';

/** A worker process with the test nodes and a few that misbehave. */
const misbehaving: readonly Implementation[] = [
  implement(stubbornNode, async (ctx, _inputs, { busy }) => {
    ctx.progress({ done: 0, total: 1, unit: 'row' });
    // Never looks at its signal; busy, it does not even let its process hear of it.
    if (busy) for (;;) if (performance.now() < 0) break;
    await wait(60_000);
    return { value: [{ id: 'value', question: '0' }] };
  }),
  implement(crashNode, crash),
  implement(sharedCrashNode, crash),
  implement(sharedSlowNode, async (ctx, _inputs, { ms }) => {
    await wait(ms, undefined, { signal: ctx.signal });
    return { value: [{ id: 'value', question: String(ms) }] };
  }),
  implement(holdNode, hold),
  implement(sharedHoldNode, hold),
  implement(savingNode, async (ctx, _inputs, { until }) => {
    const saved = join(await ctx.checkpoints(), 'saved');
    ctx.checkpoint({ state: 'resumed', step: countOf(saved) });
    await once(ctx.signal, 'abort');
    ctx.checkpoint({ state: 'saving', step: 15 });
    while (!existsSync(until)) await wait(10);
    writeFileSync(saved, '15');
    ctx.checkpoint({ state: 'saved', step: 15 });
    throw ctx.signal.reason;
  }),
  implement(hogNode, () => {
    process.stderr.write('FATAL ERROR: Reached heap limit - JavaScript heap out of memory\n');
    process.abort();
  }),
];

const paced = implementItems(pacedNode, {
  async runItems(ctx, batch, _inputs, { ms, computes, log }) {
    const results: (string | ItemFailure)[] = [];
    for (const { question } of batch) {
      if (question.includes('refuse')) throw new GraphError('unavailable', `refused ${question}`);
      if (computes) for (const at = performance.now(); performance.now() - at < ms;);
      else await wait(ms, undefined, { signal: ctx.signal });
      const isFailing = question.includes('fail');
      if (log !== '') appendFileSync(log, `${question}\n`);
      results.push(isFailing ? new ItemFailure(`cannot do ${question}`) : question.toUpperCase());
    }
    return results;
  },
  *expand({ id }, question: string) {
    yield { id, question };
  },
});

async function hold(ctx: RunContext, _inputs: unknown, { until }: { readonly until: string }) {
  ctx.progress({ done: 0, total: 1, unit: 'row' });
  while (!existsSync(until)) await wait(10, undefined, { signal: ctx.signal });
  return { value: [{ id: 'value', question: '0' }] };
}

async function crash(ctx: RunContext, _inputs: unknown, { times }: { readonly times: number }) {
  const counter = join(await ctx.scratch(), '..', `crash-${ctx.node}`);
  const before = countOf(counter);
  writeFileSync(counter, String(before + 1));
  if (before < times) process.kill(process.pid, 'SIGKILL');
  return { value: [{ id: 'value', question: String(before) }] };
}

function countOf(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return 0;
  }
}

const implementations = new Map([
  ...testImplementations,
  ...[...misbehaving, paced].map((one): [string, Implementation] => [one.definition.type, one]),
]);

serveSteps(async ({ root, stateFolder, artifacts: place }, outages) => {
  const options = { isReached: true, outages };
  const { artifacts, items } = await openArtifactStores(stateFolder, place, options);
  const scratchFolder = join(stateFolder, 'scratch');
  return createTestHost(
    {
      ...{ artifacts, items, scratchFolder },
      ...(root === undefined ? {} : { workspaceFolder: root }),
    },
    implementations,
  );
});
