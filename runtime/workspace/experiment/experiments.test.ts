import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ExperimentEvent } from '@graft/graph';
import { bundleTestWorker, type Bundle } from '../testing/bundle-test-worker.ts';
import { experimentFile, experimentGraph } from '../testing/experiment-graph.ts';
import { workerTestRegistry } from '../testing/test-nodes.ts';
import { openWorkspace, type Workspace } from '../workspace.ts';

let worker: Bundle;
let root: string;
let salt = 0;

beforeAll(async () => {
  worker = await bundleTestWorker();
  root = await mkdtemp(join(tmpdir(), 'graft-experiments-'));
});
beforeEach(() => {
  salt += 1;
});
afterAll(async () => {
  await worker.remove();
  await rm(root, { recursive: true, force: true });
});

const open = (): Promise<Workspace> =>
  openWorkspace({ root, registry: workerTestRegistry, workerEntry: worker.entry });

async function eventsOf(workspace: Workspace, runId: string): Promise<ExperimentEvent[]> {
  const events: ExperimentEvent[] = [];
  for await (const event of workspace.experimentEvents(runId, 0, AbortSignal.timeout(20_000))) {
    events.push(event);
  }
  return events;
}

/** How often each step was computed in the variants of an experiment, by its key. */
async function computed(workspace: Workspace, parent: string): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (const run of await workspace.runs.list({ parent, limit: 100 })) {
    for (const { status, cacheKey = '' } of await workspace.runs.steps(run.id)) {
      if (status === 'succeeded') times.set(cacheKey, (times.get(cacheKey) ?? 0) + 1);
    }
  }
  return times;
}

describe('an experiment', () => {
  it('runs its variants, what they share once, and gives their table', async () => {
    await using workspace = await open();
    const graph = experimentGraph({ vary: { 'double.factor': [1, 3, 4] } }, { salt });
    const handle = await workspace.startExperiment(graph, experimentFile, { name: 'e' });
    const events = await eventsOf(workspace, handle.runId);
    const end = await handle.finished;
    expect(end.status).toBe('succeeded');
    expect(events.at(-1)).toEqual(end);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
    expect(events[0]).toMatchObject({
      ...{ type: 'experiment.started', experiment: 'e', baseline: 'as saved', runs: 4 },
      metrics: ['grade.metrics:score'],
    });
    const rows = end.table.rows.map(({ variant, cells: [cell] }) => [variant, cell?.n]);
    expect(rows).toEqual([
      ['as saved', 30],
      ['factor=1', 30],
      ['factor=3', 30],
      ['factor=4', 30],
    ]);
    const [saved, once, thrice] = end.table.rows.map(({ cells: [cell] }) => cell?.mean ?? 0);
    // Of equal noise they differ by the factor only.
    const noise = 2 * (once ?? 0) - (saved ?? 0);
    expect(thrice).toBeCloseTo(3 * ((once ?? 0) - noise) + noise);
    const times = await computed(workspace, handle.runId);
    expect([...times.values()].every((count) => count === 1)).toBe(true);
    // Lines and the wait once; three tails of two steps more than the first.
    expect(times.size).toBe(2 + 4 * 3);
  }, 30_000);
});
