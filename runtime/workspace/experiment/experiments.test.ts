import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseGraph, type ExperimentEvent } from '@graft/graph';
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
let salt = 0;

beforeAll(async () => {
  [worker, runner] = await Promise.all([bundleTestWorker(), bundleTestExperiment()]);
  root = await mkdtemp(join(tmpdir(), 'graft-experiments-'));
});
beforeEach(() => {
  salt += 1;
});
afterAll(async () => {
  await Promise.all([worker.remove(), runner.remove()]);
  await rm(root, { recursive: true, force: true });
});

const open = (): Promise<Workspace> =>
  openWorkspace({ root, registry: workerTestRegistry, workerEntry: worker.entry });

async function eventsOf(workspace: Workspace, runId: string): Promise<ExperimentEvent[]> {
  const events: ExperimentEvent[] = [];
  for await (const event of workspace.experiments.events(runId, 0, AbortSignal.timeout(20_000))) {
    events.push(event);
  }
  return events;
}

/** How often each step was computed in the variants of an experiment, by its key. */
async function computed(workspace: Workspace, parent: string): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (const run of await workspace.journal.list({ parent, limit: 100 })) {
    for (const { status, cacheKey = '' } of await workspace.journal.steps(run.id)) {
      if (status === 'succeeded') times.set(cacheKey, (times.get(cacheKey) ?? 0) + 1);
    }
  }
  return times;
}

describe('an experiment', () => {
  it('runs its variants, what they share once, and gives their table', async () => {
    await using workspace = await open();
    const graph = experimentGraph({ vary: { 'double.factor': [1, 3, 4] } }, { salt });
    const handle = await workspace.experiments.start(graph, experimentFile, { name: 'e' });
    const events = await eventsOf(workspace, handle.runId);
    const end = await handle.finished;
    expect(end.status).toBe('succeeded');
    expect(events.at(-1)).toEqual(end);
    expect(await workspace.experiments.table(handle.runId)).toEqual(end.table);
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
  });

  it('refuses a variant that is no valid graph, with its reason, and runs the others', async () => {
    await using workspace = await open();
    const graph = experimentGraph({ vary: { 'double.factor': [3, 99] } }, { salt, ms: 0 });
    const { finished } = await workspace.experiments.start(graph, experimentFile, { name: 'e' });
    const { status, table } = await finished;
    expect(status).toBe('succeeded');
    const [, thrice, refused] = table.rows;
    expect(thrice?.cells[0]?.n).toBe(30);
    expect(refused).toMatchObject({ variant: 'factor=99', cells: [{ mean: null, n: 0 }] });
    expect(refused?.problem).toContain('at most 10');
  });

  it('says how many items failed in every variant, also of steps that its variants share', async () => {
    await using workspace = await open();
    const node = (type: string, params: object = {}) => ({ type, version: 1, params });
    const text = Array.from({ length: 14 }, (_, at) =>
      at < 12 ? `${salt}${at}` : `fail ${salt} ${at}`,
    ).join('\n');
    const graph = parseGraph(
      JSON.stringify({
        graft: 1,
        nodes: {
          lines: node('lines', { text }),
          upper: node('upper'),
          noise: node('noise'),
          grade: node('grade'),
        },
        edges: [
          'lines.rows -> upper.rows',
          'upper.rows -> noise.value',
          'noise.value -> grade.value',
        ],
        experiments: { e: { vary: { 'noise.spread': [2, 3] }, metrics: ['grade.metrics:score'] } },
      }),
    );
    const { runId, finished } = await workspace.experiments.start(graph, experimentFile, {
      name: 'e',
    });
    const { table } = await finished;
    expect(table.failedInAll).toEqual({ score: 2 });
    expect(table.rows.map(({ cells: [cell] }) => [cell?.n, cell?.failures])).toEqual([
      [12, 2],
      [12, 2],
      [12, 2],
    ]);
    expect(await workspace.experiments.table(runId)).toEqual(table);
  });

  it('gives what the others gave when a variant fails', async () => {
    await using workspace = await open();
    const fail = { type: 'fail', version: 1, params: { message: 'It broke.' } };
    const arms = { broken: { replace: { wait: fail } }, sound: { set: { 'double.factor': 5 } } };
    const graph = experimentGraph({ arms }, { salt, ms: 0 });
    const { finished } = await workspace.experiments.start(graph, experimentFile, { name: 'e' });
    const { table, status, error } = await finished;
    expect([status, error?.message]).toEqual([
      'failed',
      '1 of 3 runs failed. The first: It broke.',
    ]);
    expect(table.rows.find(({ variant }) => variant === 'broken')?.problem).toBe('It broke.');
    expect(table.rows.find(({ variant }) => variant === 'sound')?.cells[0]?.n).toBe(30);
  });

  it('repeats its variants with each seed, and averages them within an item', async () => {
    await using workspace = await open();
    const experiment = { vary: { 'double.factor': [3] }, seeds: [1, 2, 3] };
    const graph = experimentGraph(experiment, { salt, ms: 0 });
    const handle = await workspace.experiments.start(graph, experimentFile, { name: 'e' });
    const { table, status } = await handle.finished;
    expect(status).toBe('succeeded');
    expect(table.rows.map(({ cells: [cell] }) => cell?.n)).toEqual([30, 30]);
    const runs = await workspace.journal.list({ parent: handle.runId, limit: 100 });
    const which = runs.map(({ variant, seed }) => `${String(variant)} ${String(seed)}`).sort();
    expect(which).toEqual(
      ['1', '2', '3'].flatMap((n) => [`as saved ${n}`, `factor=3 ${n}`]).sort(),
    );
    // Only what takes a seed, and what is below it, runs again for another one.
    expect((await computed(workspace, handle.runId)).size).toBe(2 + 2 * (1 + 3 * 2));
  });

  it('is all cached when it is started again, and one value more runs its tail only', async () => {
    await using workspace = await open();
    const run = async (factors: readonly number[]) => {
      const graph = experimentGraph({ vary: { 'double.factor': factors } }, { salt });
      const handle = await workspace.experiments.start(graph, experimentFile, { name: 'e' });
      const { table } = await handle.finished;
      return { table, ran: (await computed(workspace, handle.runId)).size };
    };
    const first = await run([3, 4]);
    const again = await run([3, 4]);
    expect(again.ran).toBe(0);
    const means = ({ table }: typeof first) => table.rows.map(({ cells }) => cells);
    expect(means(again)).toEqual(means(first));
    expect((await run([3, 4, 5])).ran).toBe(3);
  });

  it('leaves what the nodes of the file last gave as it is; variants are kept with their graph', async () => {
    await using workspace = await open();
    const graph = experimentGraph({ vary: { 'double.factor': [3] } }, { salt, ms: 0 });
    const { journal } = workspace;
    const handle = await workspace.experiments.start(graph, `${String(salt)}.graft.json`, {
      name: 'e',
    });
    await handle.finished;
    const file = `${String(salt)}.graft.json`;
    expect(await journal.lastSteps(file)).toEqual(new Map());
    expect((await journal.lastSteps(file, 'e/factor=3')).get('double')?.status).toBe('succeeded');
    const run = (await journal.list({ parent: handle.runId, limit: 9 })).find(
      ({ variant }) => variant === 'factor=3',
    );
    const text = async (digest = ''): Promise<string> => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of workspace.artifacts.get(digest)) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    };
    expect(parseGraph(await text(run?.graph)).nodes['double']?.params).toEqual({ factor: 3 });
    expect(JSON.parse(await text(run?.settings))).toEqual({ experiment: 'e', variant: 'factor=3' });
    expect(await journal.list({ file, parent: null, limit: 9 })).toMatchObject([
      { id: handle.runId, experiment: 'e', status: 'succeeded' },
    ]);
  });

  it('ends with all its variants when it is cancelled, by this process or another', async () => {
    await using workspace = await open();
    await using other = await open();
    for (const canceller of [workspace, other]) {
      salt += 100;
      const graph = experimentGraph({ vary: { 'double.factor': [3, 4] } }, { salt, ms: 20_000 });
      const handle = await workspace.experiments.start(graph, experimentFile, { name: 'e' });
      for await (const event of workspace.experiments.events(
        handle.runId,
        0,
        AbortSignal.timeout(20_000),
      )) {
        if (event.type === 'variant.started') break;
      }
      const outcome = await canceller.runs.cancel(handle.runId);
      expect(outcome).toBe(canceller === workspace ? 'cancelled' : 'asked');
      const end = await handle.finished;
      expect(end).toMatchObject({ status: 'cancelled', error: { code: 'cancelled' } });
      expect(end.error?.message).toContain('0 of 3 runs are done');
      const runs = await workspace.journal.list({ parent: handle.runId, limit: 9 });
      expect(runs.every(({ status }) => status === 'cancelled')).toBe(true);
      expect((await workspace.journal.get(handle.runId))?.status).toBe('cancelled');
    }
  });

  it('stops at its limit of time, and goes on from there', async () => {
    await using workspace = await open();
    const experiment = { vary: { 'double.factor': [3] }, limit: { minutes: 0.03 } };
    const graph = experimentGraph(experiment, { salt, ms: 30_000 });
    const { finished } = await workspace.experiments.start(graph, experimentFile, { name: 'e' });
    const end = await finished;
    expect(end).toMatchObject({ status: 'failed', error: { code: 'limit-reached' } });
    expect(end.error?.message).toContain('0 of 2 runs are done. Run it again');
  });

  it('that was cut off has a table without what was collected since', async () => {
    await using workspace = await open();
    const graph = experimentGraph({ vary: { 'double.factor': [3] } }, { salt, ms: 0 });
    const handle = await workspace.experiments.start(graph, experimentFile, { name: 'e' });
    await handle.finished;
    const whole = await workspace.journal.get(handle.runId);
    if (whole === undefined) throw new Error('There is no run.');
    await workspace.journal.create({ ...whole, id: 'cut-off', status: 'failed' });
    const events = (await eventsOf(workspace, handle.runId)).slice(0, -1);
    const theirs = events.map((event) => ({ ...event, runId: 'cut-off' }));
    await workspace.journal.appendExperiment('cut-off', theirs);
    const cells = async () =>
      (await workspace.experiments.table('cut-off')).rows.map(({ cells: [cell] }) => cell?.n);
    expect(await cells()).toEqual([30, 30]);
    await workspace.storage.collect(0);
    expect(await cells()).toEqual([0, 0]);
  });

  it('may have a limit of months', async () => {
    await using workspace = await open();
    const experiment = { vary: { 'double.factor': [3] }, limit: { minutes: 100_000 } };
    const graph = experimentGraph(experiment, { salt, ms: 300 });
    const { finished } = await workspace.experiments.start(graph, experimentFile, { name: 'e' });
    expect((await finished).status).toBe('succeeded');
  });

  it('of two processes at once computes each step once', async () => {
    await using workspace = await open();
    const vary = { 'double.factor': [3, 4, 5, 6] };
    const args = [runner.entry, root, worker.entry, String(salt), '500', JSON.stringify({ vary })];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const closed = once(child, 'close');
    const graph = experimentGraph({ vary }, { salt, ms: 500 });
    const handle = await workspace.experiments.start(graph, experimentFile, { name: 'e' });
    const [bytes]: unknown[] = await once(child.stdout, 'data');
    await Promise.all([handle.finished, closed]);
    const [mine, theirs] = [
      await computed(workspace, handle.runId),
      await computed(workspace, String(bytes).trim()),
    ];
    const times = [...mine, ...theirs].map(([key]) => key);
    expect(new Set(times).size).toBe(times.length);
    expect(times.length).toBe(2 + 5 * 3);
  });
});
