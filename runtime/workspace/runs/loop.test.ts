import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseGraph, type StepSummary } from '@graft/graph';
import { bundleTestFileRun, bundleTestWorker, type Bundle } from '../testing/bundle-test-worker.ts';
import { workerTestRegistry } from '../testing/test-nodes.ts';
import { openWorkspace, type Workspace } from '../workspace.ts';

const file = 'loop.graft.json';
const rounds = 5;
const questions = 20;
let worker: Bundle;
let runner: Bundle;
let root: string;

/** Each round puts "!" behind every row, then waits. */
const graphText = (rows: readonly string[], collect: readonly string[] = ['seen']): string =>
  JSON.stringify({
    graft: 1,
    nodes: {
      ask: { type: 'lines', version: 1, params: { text: rows.join('\n') } },
      reflect: {
        type: 'repeat',
        version: 1,
        params: { use: '#round', while: 'open', limit: rounds, collect },
      },
      after: { type: 'upper', version: 1, params: { suffix: '?' } },
    },
    edges: ['ask.rows -> reflect.open', 'reflect.seen -> after.rows'],
    graphs: {
      round: {
        nodes: {
          in: { type: 'input', version: 1, params: { name: 'open' } },
          grade: { type: 'upper', version: 1, params: { suffix: '!' } },
          wait: { type: 'slow', version: 1, params: { ms: 400 } },
          open: { type: 'output', version: 1, params: { name: 'open' } },
          seen: { type: 'output', version: 1, params: { name: 'seen' } },
        },
        edges: [
          'in.value -> grade.rows',
          'grade.rows -> wait.value',
          'wait.value -> open.value',
          'grade.rows -> seen.value',
        ],
      },
    },
  });
const asked = Array.from({ length: questions }, (_, i) => `question ${String(i)}`);

beforeAll(async () => {
  [worker, runner] = await Promise.all([bundleTestWorker(), bundleTestFileRun()]);
  root = await mkdtemp(join(tmpdir(), 'graft-loop-'));
  await writeFile(join(root, file), graphText(asked));
});
afterAll(async () => {
  await Promise.all([worker.remove(), runner.remove()]);
  await rm(root, { recursive: true, force: true });
});

const open = (): Promise<Workspace> =>
  openWorkspace({ root, registry: workerTestRegistry, workerEntry: worker.entry });

async function run(workspace: Workspace, text: string) {
  const handle = await workspace.runs.start(parseGraph(text, file), file);
  const end = await handle.finished;
  expect(end.status, end.error?.message).toBe('succeeded');
  const steps = new Map(
    (await workspace.journal.steps(handle.runId)).map((one) => [one.node, one]),
  );
  const count = (status: StepSummary['status']): number =>
    [...steps.values()].filter((one) => one.status === status).length;
  return { runId: handle.runId, steps, count };
}

describe.skipIf(process.platform === 'win32')('a loop of five rounds', () => {
  it('killed in the third goes on there, then is reused, and computes only the rows of a changed question', async () => {
    await using workspace = await open();
    const child = spawn(process.execPath, [runner.entry, root, worker.entry, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(child, 'close');
    const [bytes]: unknown[] = await once(child.stdout, 'data');
    const runId = String(bytes).trim();
    for await (const event of workspace.runs.events(runId, 0, AbortSignal.timeout(30_000))) {
      if (event.type === 'step.started' && event.node === 'reflect#3/wait') break;
    }
    child.kill('SIGKILL');
    await closed;

    const resumed = await run(workspace, graphText(asked));
    const statuses = [...resumed.steps].map(([node, { status }]) => `${node} ${status}`);
    // What began before the kill is reused: a load, two whole rounds, and the third up to where it was killed.
    for (const node of ['ask', 'reflect#1/grade', 'reflect#1/wait', 'reflect#2/grade']) {
      expect(statuses).toContain(`${node} cached`);
    }
    expect(statuses).toContain('reflect#2/wait cached');
    expect(statuses).toContain('reflect#3/grade cached');
    for (const node of ['3/wait', '4/grade', '4/wait', '5/grade', '5/wait']) {
      expect(statuses).toContain(`reflect#${node} succeeded`);
    }
    expect(statuses).toContain('reflect succeeded');
    const warnings = (await workspace.journal.events(resumed.runId, 0, 10_000)).flatMap((event) =>
      event.type === 'step.log' && event.level === 'warning' ? event.message : [],
    );
    expect(warnings).toEqual([
      `The loop reached its limit of 5 rounds: ${String(questions)} rows of "open" are left.`,
    ]);

    const again = await run(workspace, graphText(asked));
    expect(again.count('cached')).toBe(again.steps.size);
    // A load, five rounds of two steps, the loop, what it gathers, and what is below.
    expect(again.steps.size).toBe(14);
    const report = await workspace.runs.explain(parseGraph(graphText(asked), file), file);
    expect(report).toMatchObject({ reused: 14, toRun: 0, problems: [] });
    const why = await workspace.runs.why(again.runId, 'reflect#2/grade');
    expect(why).toMatchObject({ status: 'cached', type: 'upper' });

    const changed = asked.with(7, 'another question');
    const edited = await run(workspace, graphText(changed));
    for (let round = 1; round <= rounds; round++) {
      const step = edited.steps.get(`reflect#${String(round)}/grade`);
      expect(step?.items).toEqual({ total: questions, computed: 1, reused: 19, failed: 0 });
      expect(step?.reason).toMatchObject({ kind: 'changed', parts: [{ name: 'input.rows' }] });
    }
    expect(edited.steps.get('after')?.items).toMatchObject({ computed: 1, reused: 19 });
  });

  it('run by two processes at once, runs each of its steps once', async () => {
    const other = asked.map((question) => `twice: ${question}`);
    await writeFile(join(root, file), graphText(other));
    await using workspace = await open();
    const child = spawn(process.execPath, [runner.entry, root, worker.entry, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(child, 'close');
    const [bytes]: unknown[] = await once(child.stdout, 'data');
    const here = await run(workspace, graphText(other));
    await closed;
    const there = await workspace.journal.steps(String(bytes).trim());
    const ran = new Map<string, number>();
    for (const { cacheKey, status } of [...here.steps.values(), ...there]) {
      if (cacheKey === undefined || status !== 'succeeded') continue;
      ran.set(cacheKey, (ran.get(cacheKey) ?? 0) + 1);
    }
    expect([...ran.values()].every((times) => times === 1)).toBe(true);
    expect(ran.size).toBe(13);
  });
});
