import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { parseGraph, type RunEvent, type StepCheckpoints } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { openWorkspace, type Workspace } from '../workspace.ts';
import { moments } from './kill-moments.ts';

/** A model of random weights, and a training of it that does not end; a step is one native run of a second or so. */
const nodes: Readonly<Record<string, readonly [type: string, params?: object]>> = {
  base: ['base-model'],
  start: ['random-model', { layers: 2, width: 64, heads: 4, kvHeads: 2, feedForward: 128 }],
  rows: ['load-dataset', { files: ['rows.jsonl'], evalShare: 0 }],
  lora: [
    'train-lora',
    {
      ...{ maxLength: 256, batch: 32, microBatch: 32, epochs: 1000, rank: 4 },
      ...{ checkpointEvery: 20, learningRate: 1e-3 },
    },
  ],
};

/** A run that was cancelled, by what its events say of the training. */
export interface Attempt {
  readonly status: string;
  /** The step that it reported to continue from; undefined: it was cancelled before. */
  readonly from: number | undefined;
  /** The last step that it reported to have made; `from` where it made none. */
  readonly reached: number;
  readonly logs: readonly string[];
  /** As its last event has them. */
  readonly checkpoints: StepCheckpoints | undefined;
  /** What the next plan said that it would continue from, once nothing was saved any more; undefined: not asked. */
  readonly planned: number | undefined;
}

/** Starts the same training again and again, and cancels it at moments that follow from the seed. */
export async function cancelTrainings(cancels: number, seed: number): Promise<Attempt[]> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'graft-cancelled-')));
  const random = moments(seed);
  try {
    await writeFile(join(root, 'rows.jsonl'), rowsText());
    await using workspace = await openWorkspace({ root, threads: 1 });
    const attempts: Attempt[] = [];
    while (attempts.length < cancels) {
      const attempt = await cancelled(workspace, random);
      // Every other time the next run has to wait itself for what is still saved.
      const planned = attempts.length % 2 === 0 ? await plannedStep(workspace) : undefined;
      attempts.push({ ...attempt, planned });
    }
    return attempts;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function cancelled(
  workspace: Workspace,
  random: () => number,
): Promise<Omit<Attempt, 'planned'>> {
  const graph = graphOf();
  const handle = await workspace.start(graph, 'training.graft.json');
  const events: RunEvent[] = [];
  for await (const event of workspace.events(handle.runId, 0, new AbortController().signal)) {
    events.push(event);
    // It has begun; the moment is somewhere within its first steps.
    if (event.type !== 'step.checkpoint' || event.checkpoint.state !== 'resumed') continue;
    void wait(random() * 6000).then(() => handle.cancel());
  }
  const { status } = await handle.finished;
  const resumed = reportsOf(events).find(({ state }) => state === 'resumed');
  const made = events.flatMap((event) =>
    event.type === 'step.metrics' && event.row.series === 'train' ? [event.row.step ?? 0] : [],
  );
  return {
    status,
    from: resumed?.step,
    reached: made.at(-1) ?? resumed?.step ?? 0,
    logs: events.flatMap((event) => (event.type === 'step.log' ? [event.message] : [])),
    checkpoints: events.flatMap((event) =>
      event.type === 'step.finished' && event.step.node === 'lora' ? [event.step] : [],
    )[0]?.checkpoints,
  };
}

function reportsOf(events: readonly RunEvent[]) {
  return events.flatMap((event) => (event.type === 'step.checkpoint' ? [event.checkpoint] : []));
}

/** The step that a plan says it would continue from, once the trainer has ended. */
async function plannedStep(workspace: Workspace): Promise<number> {
  for (;;) {
    const { nodes: steps } = await workspace.explain(graphOf(), 'training.graft.json');
    const checkpoint = steps.find(({ node }) => node === 'lora')?.checkpoint;
    if (checkpoint?.saving !== true) return checkpoint?.step ?? 0;
    await wait(50);
  }
}

function graphOf() {
  return parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: Object.fromEntries(
        Object.entries(nodes).map(([id, [type, params = {}]]) => [
          id,
          { type, version: registry.get(type)?.version ?? 1, params },
        ]),
      ),
      edges: [
        ...[
          'base.model -> start.like',
          'start.model -> lora.model',
          'rows.dataset -> lora.dataset',
        ],
      ],
    }),
  );
}

function rowsText(): string {
  const rows = Array.from({ length: 64 }, (_, i) =>
    JSON.stringify({
      instruction: `What is number ${String(i)}?`,
      output: `It is ${'very '.repeat(180 + (i % 4))}odd.`,
    }),
  );
  return `${rows.join('\n')}\n`;
}

/** Each attempt ended truly, and the next one continued where it was stopped. */
export function expectContinued(attempts: readonly Attempt[]): void {
  let before: Attempt | undefined;
  for (const [at, attempt] of attempts.entries()) {
    const what = `attempt ${String(at)} of ${JSON.stringify(attempts)}`;
    expect(attempt.status, what).toBe('cancelled');
    const { from = 0, logs, checkpoints, reached } = attempt;
    if (before !== undefined) {
      expect(from, what).toBeGreaterThanOrEqual(before.reached - 20);
      if (before.planned !== undefined) expect(from, what).toBe(before.planned);
      if (before.checkpoints?.stopped?.checkpoint === 'saved') {
        expect(from, what).toBe(before.checkpoints.stopped.step);
      }
    }
    expect(checkpoints?.from, what).toBe(from);
    if (reached > 0) expect(checkpoints?.stopped, what).toBeDefined();
    const said = logs.some((log) =>
      log.includes(`Goes on from the checkpoint of step ${String(from)}.`),
    );
    expect(said, what).toBe(from > 0);
    before = attempt;
  }
}
