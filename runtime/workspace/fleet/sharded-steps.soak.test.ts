import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunEvent } from '@graft/graph';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { faultyFleets, fleetForm, type ExecutionPlace } from '../testing/execution/index.ts';
import { killFile, pacedGraph } from '../testing/kill-graph.ts';
import { workerTestRegistry } from '../testing/test-nodes.ts';
import { openWorkspace, type Workspace } from '../workspace.ts';

const [form, faulty] = [await fleetForm(), await faultyFleets()];
const made: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of made.splice(0).reverse()) await each[Symbol.asyncDispose]();
});
const logs = await mkdtemp(join(tmpdir(), 'graft-paced-'));
afterAll(() => rm(logs, { recursive: true, force: true }));

const forms = [
  { name: 'on a shared disk', missing: form.missing, make: () => form.make(2) },
  { name: 'on S3', missing: faulty.missing, make: () => faulty.make(2) },
];

/** The pid of the worker that an event tells to have begun a part of its step. */
function partBy(event: RunEvent): number | undefined {
  const message = event.type === 'step.log' ? event.message : '';
  const pid = /^The worker .*, process (\d+) computes the part/.exec(message)?.[1];
  return pid === undefined ? undefined : Number(pid);
}

const rows = Array.from({ length: 300 }, (_, at) => `row ${String(at)}`);
let salts = 0;
/** 300 rows at 20 ms, some of them equal; a log of each computed row. */
function graphOf(more: readonly string[] = []) {
  salts += 1;
  const log = join(logs, String(salts));
  const all = [...rows, ...rows.slice(0, 10), ...more];
  const linesOf = async (): Promise<readonly string[]> =>
    (await readFile(log, 'utf8')).trimEnd().split('\n');
  return { graph: pacedGraph({ rows: all, ms: 20, log }), linesOf, rows: [...rows, ...more] };
}

async function stepOf({ journal }: Workspace, runId: string) {
  return (await journal.steps(runId)).find(({ node }) => node === 'paced');
}

describe.each(forms)('a long step over items, $name', ({ missing, make }) => {
  async function open(): Promise<{ place: ExecutionPlace; workspace: Workspace }> {
    const place = await make();
    made.push({ [Symbol.asyncDispose]: () => place.remove() });
    const workspace = await place.open();
    made.push(workspace);
    return { place, workspace };
  }

  /** The step as the embedded form computes it. */
  async function embedded(place: ExecutionPlace, graph: ReturnType<typeof pacedGraph>) {
    const root = await mkdtemp(join(tmpdir(), 'graft-embedded-'));
    const workspace = await openWorkspace({
      ...{ root, registry: workerTestRegistry, workerEntry: place.worker },
    });
    const { runId, finished } = await workspace.runs.start(graph, killFile);
    await finished;
    const step = await stepOf(workspace, runId);
    await workspace[Symbol.asyncDispose]();
    await rm(root, { recursive: true, force: true, maxRetries: 20 });
    return step;
  }

  it.skipIf(missing !== undefined)(
    'is computed by all workers, each item once, with the embedded digest and counts',
    { timeout: 120_000 },
    async () => {
      const { place, workspace } = await open();
      const { graph, linesOf, rows } = graphOf(['fail 1', 'fail 2']);
      const { runId, finished } = await workspace.runs.start(graph, killFile);
      expect(await finished).toMatchObject({ status: 'succeeded' });
      const events = await workspace.journal.events(runId, 0, 10_000);
      const pids = new Set(events.flatMap((event) => partBy(event) ?? []));
      expect(pids.size).toBe(2);
      const lines = await linesOf();
      // A failed item is tried again alone, once.
      expect(lines.filter((line) => !line.startsWith('fail')).toSorted()).toEqual(
        rows.filter((row) => !row.startsWith('fail')).toSorted(),
      );
      expect(lines.filter((line) => line.startsWith('fail'))).toHaveLength(4);
      const failures = events.filter(
        (event) => event.type === 'step.log' && event.message.startsWith('cannot do'),
      );
      expect(failures).toHaveLength(2);
      const progress = events.flatMap((event) => (event.type === 'step.progress' ? event : []));
      expect(progress.map(({ done }) => done)).toEqual(
        progress.map(({ done }) => done).toSorted((a, b) => a - b),
      );
      const step = await stepOf(workspace, runId);
      const plain = await embedded(place, graph);
      expect(step?.outputs).toEqual(plain?.outputs);
      expect(step?.items).toEqual(plain?.items);
    },
  );

  it.skipIf(missing !== undefined)(
    'goes on when a worker is killed in its part, and loses no other part',
    { timeout: 120_000 },
    async () => {
      const { place, workspace } = await open();
      const { graph, linesOf, rows } = graphOf();
      const { runId, finished } = await workspace.runs.start(graph, killFile);
      for await (const event of workspace.runs.events(runId, 0, AbortSignal.timeout(60_000))) {
        const pid = partBy(event);
        if (pid === undefined) continue;
        process.kill(pid, 'SIGKILL');
        break;
      }
      expect(await finished).toMatchObject({ status: 'succeeded' });
      const lines = await linesOf();
      expect(new Set(lines)).toEqual(new Set(rows));
      const step = await stepOf(workspace, runId);
      expect(step?.outputs).toEqual((await embedded(place, graph))?.outputs);
      // At most the part of the killed worker, a quarter of the rest, is computed twice.
      expect(lines.length).toBeLessThan(rows.length * 1.35);
    },
  );

  it.skipIf(missing !== undefined)(
    'ends on all workers when it is cancelled, and the next run goes on',
    { timeout: 120_000 },
    async () => {
      const { workspace } = await open();
      const { graph, linesOf, rows } = graphOf();
      const { runId, finished, cancel } = await workspace.runs.start(graph, killFile);
      for await (const event of workspace.runs.events(runId, 0, AbortSignal.timeout(60_000))) {
        if (partBy(event) !== undefined) break;
      }
      const cancelledAt = performance.now();
      cancel();
      expect(await finished).toMatchObject({ status: 'cancelled' });
      expect(performance.now() - cancelledAt).toBeLessThan(2_500);
      // Workers have two seconds to end their parts.
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      const before = (await linesOf()).length;
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(await linesOf()).toHaveLength(before);
      const next = await workspace.runs.start(graph, killFile);
      expect(await next.finished).toMatchObject({ status: 'succeeded' });
      expect(new Set(await linesOf())).toEqual(new Set(rows));
    },
  );

  it.skipIf(missing !== undefined)(
    'fails as a whole step does where a part fails',
    { timeout: 120_000 },
    async () => {
      const { place, workspace } = await open();
      const { graph } = graphOf(['refuse this']);
      const { runId, finished } = await workspace.runs.start(graph, killFile);
      expect(await finished).toMatchObject({ status: 'failed' });
      const step = await stepOf(workspace, runId);
      const plain = await embedded(place, graph);
      expect(step?.error?.code).toBe(plain?.error?.code);
      expect(step?.error?.message).toContain(plain?.error?.message);
    },
  );
});

describe.skipIf(form.missing !== undefined)('a long step over items of a killed server', () => {
  it(
    'goes on with the parts that workers compute, and computes no row again',
    { timeout: 120_000 },
    async () => {
      const place = await form.make(0);
      made.push({ [Symbol.asyncDispose]: () => place.remove() });
      for (let i = 0; i < 2; i += 1) await place.fleet.add({ slots: 1 });
      const workspace = await place.open({ keepsRunsOn: true });
      made.push(workspace);
      const log = join(logs, 'killed');
      const options = { keepsRunsOn: true };
      const { child, closed, runId } = await place.startServer(0, `paced:${log}`, options);
      let parts = 0;
      for await (const event of workspace.runs.events(runId, 0, AbortSignal.timeout(60_000))) {
        if (partBy(event) === undefined) continue;
        parts += 1;
        // The first parts are done, and the next ones have begun.
        if (parts === 4) break;
      }
      child.kill('SIGKILL');
      await closed;
      const events: RunEvent[] = [];
      for await (const event of workspace.runs.events(runId, 0, AbortSignal.timeout(60_000))) {
        events.push(event);
      }
      expect(events.at(-1)).toMatchObject({ type: 'run.finished', status: 'succeeded' });
      const lines = (await readFile(log, 'utf8')).trimEnd().split('\n');
      expect(lines).toHaveLength(new Set(lines).size);
      expect(lines).toHaveLength(300);
    },
  );
});
