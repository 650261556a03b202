import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noPostgres, startPostgres } from '@graft/kit/testing';
import { openWorkspace } from '@graft/workspace';
import {
  bundleTestFleetWorker,
  bundleTestWorker,
  pacedGraph,
  slowGraph,
  workerTestRegistry,
} from '@graft/workspace/testing/fleet';
import { environment } from '../env.ts';
import { median, printTable, verdict } from '../report/table.ts';

/**
 * Two workers beside one, on this machine: a map step over 600 rows, and an experiment of 12 variants, each a step. Their
 * work waits, or computes. Argument: rounds.
 */
const rounds = Number(process.argv[2] ?? 3);
const file = 'bench.graft.json';
const bars = { waits: 1.9, computes: 1.4 };

const postgres = await startPostgres();
if (postgres === undefined) throw new Error(noPostgres);
const [processes, workers] = await Promise.all([bundleTestWorker(), bundleTestFleetWorker()]);
const root = await realpath(await mkdtemp(join(tmpdir(), 'graft-bench-shards-')));
const workspace = await openWorkspace({
  ...{ root, registry: workerTestRegistry, workerEntry: processes.entry },
  database: postgres.address,
});

/** A worker with one slot, as a machine for heavy steps has it. */
async function addWorker(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [workers.entry], {
    env: {
      ...environment,
      ...{ GRAFT_TEST_STATE: join(root, '.graft'), GRAFT_TEST_DATABASE: postgres?.address },
      ...{ GRAFT_TEST_WORKER: processes.entry, GRAFT_TEST_QUEUES: 'cpu', GRAFT_TEST_SLOTS: '1' },
      GRAFT_TEST_FOREIGN: '',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

let salts = 0;
/** Milliseconds of a map step that takes 24 s on one worker. */
async function mapStep(computes: boolean): Promise<number> {
  salts += 1;
  const rows = Array.from({ length: 600 }, (_, at) => `${String(salts)} ${String(at)}`);
  const graph = pacedGraph({ rows, ms: 40, computes });
  const { runId, finished } = await workspace.runs.start(graph, file);
  const { status } = await finished;
  if (status !== 'succeeded') throw new Error(`the run ${status}`);
  const steps = await workspace.journal.steps(runId);
  return steps.find(({ node }) => node === 'paced')?.ms ?? 0;
}

/** Milliseconds of 12 variants, of a second each. */
async function experiment(computes: boolean): Promise<number> {
  salts += 1;
  const startedAt = performance.now();
  const runs = await Promise.all(
    Array.from({ length: 12 }, (_, at) => {
      const rows = Array.from(
        { length: 25 },
        (_, i) => `${String(salts)} ${String(at)} ${String(i)}`,
      );
      return workspace.runs.start(pacedGraph({ rows, ms: 40, computes }), file);
    }),
  );
  for (const { finished } of runs) {
    const { status } = await finished;
    if (status !== 'succeeded') throw new Error(`the run ${status}`);
  }
  return performance.now() - startedAt;
}

const works = [
  { name: 'map step, waits', run: () => mapStep(false), bar: bars.waits },
  { name: 'map step, computes', run: () => mapStep(true), bar: bars.computes },
  { name: '12 variants, wait', run: () => experiment(false), bar: bars.waits },
  { name: '12 variants, compute', run: () => experiment(true), bar: bars.computes },
];
async function measure(into: Map<string, number[]>, workers: string): Promise<void> {
  for (const { name, run } of works) {
    const ms = await run();
    console.log(`${name}, ${workers}: ${(ms / 1_000).toFixed(1)} s`);
    into.set(name, [...(into.get(name) ?? []), ms]);
  }
}

const first = await addWorker();
// Starts its process.
await (
  await workspace.runs.start(slowGraph(1), file)
).finished;
const alone = new Map<string, number[]>();
const both = new Map<string, number[]>();
for (let round = 0; round < rounds; round += 1) {
  await measure(alone, 'one');
  const second = await addWorker();
  // The workspace notices it, and it starts its process.
  await experiment(false);
  await measure(both, 'two');
  const ended = once(second, 'exit');
  second.kill('SIGTERM');
  await ended;
}
const results = works.map(({ name, bar }) => {
  const [one, two] = [median(alone.get(name) ?? []), median(both.get(name) ?? [])];
  return { name, bar, ratio: one / two };
});
printTable(
  ['work', 'two workers beside one', 'bar', ''],
  results.map(({ name, bar, ratio }) => [
    ...[name, ratio.toFixed(2), `≥ ${String(bar)}`],
    verdict(ratio, { atLeast: bar }),
  ]),
);

const ended = once(first, 'exit');
first.kill('SIGTERM');
await ended;
await workspace[Symbol.asyncDispose]();
await Promise.all([postgres.stop(), processes.remove(), workers.remove()]);
await rm(root, { recursive: true, force: true, maxRetries: 20 });
