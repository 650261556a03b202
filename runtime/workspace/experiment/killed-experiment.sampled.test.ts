import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { EvidenceTable, ExperimentEvent } from '@graft/graph';
import {
  bundleTestExperiment,
  bundleTestWorker,
  type Bundle,
} from '../testing/bundle-test-worker.ts';
import { experimentFile, experimentGraph } from '../testing/experiment-graph.ts';
import { workerTestRegistry } from '../testing/test-nodes.ts';
import { openWorkspace, type Workspace } from '../workspace.ts';

let worker: Bundle;
/** A process that runs an experiment. */
let runner: Bundle;
let root: string;

beforeAll(async () => {
  [worker, runner] = await Promise.all([bundleTestWorker(), bundleTestExperiment()]);
  root = await mkdtemp(join(tmpdir(), 'graft-killed-experiments-'));
});
afterAll(async () => {
  await Promise.all([worker.remove(), runner.remove()]);
  await rm(root, { recursive: true, force: true });
});

const [salt, ms] = [1, 300];
/** More runs than are under way at once. */
const experiment = { vary: { 'double.factor': [3, 4, 5, 6, 7, 8] }, seeds: [1, 2, 3, 4] };

async function open(name: string): Promise<Workspace> {
  const folder = await mkdtemp(join(root, name));
  return openWorkspace({ root: folder, registry: workerTestRegistry, workerEntry: worker.entry });
}
const again = ({ root: folder }: Workspace): Promise<Workspace> =>
  openWorkspace({ root: folder, registry: workerTestRegistry, workerEntry: worker.entry });

/** What a table says but for what it cost, which is shared with what ran before. */
const said = ({ rows, ...rest }: EvidenceTable): unknown => ({
  ...rest,
  rows: rows.map(({ cost: _, ...row }) => row),
});

/** How often each step was computed in the variants of an experiment, by its key. */
async function computed(workspace: Workspace, parent: string): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (const run of await workspace.journal.list({ parent, limit: 200 })) {
    for (const { status, cacheKey = '' } of await workspace.journal.steps(run.id)) {
      if (status === 'succeeded') times.set(cacheKey, (times.get(cacheKey) ?? 0) + 1);
    }
  }
  return times;
}

async function runWhole(workspace: Workspace) {
  const graph = experimentGraph(experiment, { salt, ms });
  const handle = await workspace.experiments.start(graph, experimentFile, { name: 'e' });
  const { status, table } = await handle.finished;
  expect(status).toBe('succeeded');
  const events: ExperimentEvent[] = [];
  const never = new AbortController().signal;
  for await (const event of workspace.experiments.events(handle.runId, 0, never))
    events.push(event);
  return { runId: handle.runId, table, events };
}

/** Starts an experiment in a process of its own, and kills that when so many of its runs have ended. Gives its run. */
async function killed(workspace: Workspace, after: number): Promise<string> {
  const args = [String(salt), String(ms), JSON.stringify(experiment)];
  const child = spawn(process.execPath, [runner.entry, workspace.root, worker.entry, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const [bytes]: unknown[] = await once(child.stdout, 'data');
  const parent = String(bytes).trim();
  let ended = 0;
  const never = new AbortController().signal;
  for await (const event of workspace.experiments.events(parent, 0, never)) {
    if (event.type === 'variant.finished' && ++ended === after) break;
  }
  child.kill('SIGKILL');
  expect(await closed).toEqual([null, 'SIGKILL']);
  return parent;
}

describe.skipIf(process.platform === 'win32')('an experiment whose process was killed', () => {
  it.each(inject('share') === 1 ? [1, 12] : [12])(
    'after %i runs goes on where it was, and its table is that of one that nothing disturbed',
    async (after) => {
      await using calm = await open('calm-');
      const whole = await runWhole(calm);
      let parent: string;
      let place: Workspace;
      {
        await using watcher = await open('killed-');
        place = watcher;
        parent = await killed(watcher, after);
      }
      await using workspace = await again(place);
      expect(await workspace.journal.get(parent)).toMatchObject({ status: 'failed' });
      const partial = await workspace.experiments.table(parent);
      expect(partial.rows.map(({ variant }) => variant)).toEqual(
        whole.table.rows.map(({ variant }) => variant),
      );
      expect(partial.rows.some(({ problem }) => problem === 'It did not finish.')).toBe(true);
      const before = await computed(workspace, parent);
      const resumed = await runWhole(workspace);
      expect(said(resumed.table)).toEqual(said(whole.table));
      expect(said(await workspace.experiments.table(resumed.runId))).toEqual(said(whole.table));
      const runs = (events: readonly ExperimentEvent[]): string[] =>
        events
          .flatMap((event) =>
            event.type === 'variant.finished'
              ? `${event.variant} ${String(event.seed)} ${String(event.look)} ${event.status}`
              : [],
          )
          .sort();
      expect(runs(resumed.events)).toEqual(runs(whole.events));
      // What it had is not computed again, and nothing twice.
      const since = await computed(workspace, resumed.runId);
      expect([...since.keys()].filter((key) => before.has(key))).toEqual([]);
      expect([...before.values(), ...since.values()].every((times) => times === 1)).toBe(true);
      expect(since.size + before.size).toBeLessThanOrEqual(
        (await computed(calm, whole.runId)).size,
      );
    },
  );
});
