import { mkdtemp, readdir, realpath, rm, utimes, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { metricRowSchema, parseGraph, type MetricRow, type RunEvent } from '@graft/graph';
import { builtProcess } from '@graft/kit/testing';
import { registry } from '@graft/nodes/definitions';
import { openWorkspace, type Workspace } from './workspace.ts';

/** A training as people draw it, in workspaces of one folder that share no cache. */
let root: string;
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'graft-training-run-')));
  const rows = Array.from({ length: 12 }, (_, i) =>
    JSON.stringify({
      instruction: `What is number ${i}?`,
      output: `It is ${'very '.repeat(i % 4)}odd.`,
    }),
  );
  await writeFile(join(root, 'rows.jsonl'), `${rows.join('\n')}\n`);
  await utimes(join(root, 'rows.jsonl'), 1000, 1000);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const nodes: Readonly<Record<string, readonly [type: string, params?: object]>> = {
  base: ['base-model'],
  start: ['random-model', { layers: 2, width: 64, heads: 4, kvHeads: 2, feedForward: 128 }],
  rows: ['load-dataset', { files: ['rows.jsonl'], evalShare: 0 }],
  lora: [
    'train-lora',
    { maxLength: 128, batch: 2, epochs: 4, rank: 4, checkpointEvery: 5, learningRate: 1e-2 },
  ],
};
const graph = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: Object.fromEntries(
      Object.entries(nodes).map(([id, [type, params = {}]]) => [
        id,
        { type, version: registry.get(type)?.version ?? 1, params },
      ]),
    ),
    edges: [
      ...['base.model -> start.like', 'start.model -> lora.model', 'rows.dataset -> lora.dataset'],
    ],
  }),
);

const open = (state: string): Promise<Workspace> =>
  openWorkspace({
    ...{ root, stateFolder: join(root, state), threads: 1, workerEntry: builtProcess('worker') },
  });

interface Outcome {
  readonly status: string;
  readonly events: readonly RunEvent[];
  readonly rows: readonly MetricRow[];
}

/** Runs the graph; `at` is called with each optimizer step as it is reported. */
async function run(
  workspace: Workspace,
  at: (step: number, cancel: () => void) => void = () => undefined,
): Promise<Outcome> {
  const handle = await workspace.runs.start(graph, 'training.graft.json');
  const events: RunEvent[] = [];
  const { signal } = new AbortController();
  for await (const event of workspace.runs.events(handle.runId, 0, signal)) {
    events.push(event);
    if (event.type === 'step.metrics') at(event.row.step ?? 0, () => handle.cancel());
  }
  const { status } = await handle.finished;
  const steps = await workspace.journal.steps(handle.runId);
  const artifact = steps.find(({ node }) => node === 'lora')?.outputs['metrics'];
  const page = artifact === undefined ? [] : (await workspace.rows.page(artifact, 0, 1000)).rows;
  return { status, events, rows: metricRowSchema.array().parse(page) };
}

const losses = ({ rows }: Outcome): (number | undefined)[] =>
  rows.filter(({ series }) => series === 'train').map(({ values }) => values['loss']);
const logs = ({ events }: Outcome): string =>
  events.flatMap((event) => (event.type === 'step.log' ? [event.message] : [])).join('\n');

/** Worker processes of this one. */
function workers(): number[] {
  const listing = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return listing.split('\n').flatMap((line) => {
    const [pid, parent] = line.trim().split(/\s+/).map(Number);
    return parent === process.pid && line.includes(builtProcess('worker')) && pid !== undefined
      ? [pid]
      : [];
  });
}

describe('a run that trains', () => {
  let expected: Outcome;
  beforeAll(async () => {
    await using workspace = await open('straight');
    expected = await run(workspace);
    expect(expected.status).toBe('succeeded');
    expect(losses(expected)).toHaveLength(24);
  });

  it('goes on from its checkpoint when its worker is killed, to the same losses', async () => {
    await using workspace = await open('killed');
    let killed = false;
    const outcome = await run(workspace, (step) => {
      if (killed || step < 13) return;
      killed = true;
      for (const pid of workers()) process.kill(pid, 'SIGKILL');
    });
    expect(killed).toBe(true);
    expect(outcome.status).toBe('succeeded');
    expect(logs(outcome)).toMatch(/Trying again once/);
    expect(logs(outcome)).toMatch(/Goes on from the checkpoint of step [12]\d\./);
    expect(losses(outcome)).toEqual(losses(expected));
  });

  it.runIf(inject('share') === 1)(
    'goes on when it was cancelled and is started again',
    async () => {
      await using workspace = await open('cancelled');
      const broken = await run(workspace, (step, cancel) => {
        if (step === 9) cancel();
      });
      expect(broken.status).toBe('cancelled');
      const outcome = await run(workspace);
      expect(outcome.status).toBe('succeeded');
      expect(logs(outcome)).toMatch(/Goes on from the checkpoint of step (9|[12]\d)\./);
      expect(losses(outcome)).toEqual(losses(expected));
      // Stored: nobody resumes from its checkpoints any more, and the next run has the result.
      const left = await readdir(join(root, 'cancelled/checkpoints'));
      expect(left.filter((name) => name !== '.locks')).toEqual([]);
      const again = await run(workspace);
      expect(again.events.some(({ type }) => type === 'step.metrics')).toBe(false);
      expect(losses(again)).toEqual(losses(expected));
    },
  );
});
