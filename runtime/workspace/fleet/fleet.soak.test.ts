import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseGraph, type Graph, type RunEvent } from '@graft/graph';
import { afterEach, describe, expect, it } from 'vitest';
import { fleetForm, type FleetPlace } from '../testing/execution/index.ts';
import { holdGraph, killFile, killGraph, slowGraph } from '../testing/kill-graph.ts';
import { workerTestRegistry } from '../testing/test-nodes.ts';
import { openWorkspace, type Workspace } from '../workspace.ts';

const form = await fleetForm();
const made: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of made.splice(0).reverse()) await each[Symbol.asyncDispose]();
});

async function open(workers: number): Promise<{ place: FleetPlace; workspace: Workspace }> {
  const place = await form.make(workers);
  made.push({ [Symbol.asyncDispose]: () => place.remove() });
  const workspace = await place.open();
  made.push(workspace);
  return { place, workspace };
}

const single = (type: string, params: Record<string, unknown> = {}): Graph =>
  parseGraph(
    JSON.stringify({ graft: 1, nodes: { step: { type, version: 1, params } }, edges: [] }),
  );

/** The pid of the worker that an event tells to have begun its step. */
function begunBy(event: RunEvent): number | undefined {
  const message = event.type === 'step.log' ? event.message : '';
  const pid = /^The worker .*, process (\d+) computes this step/.exec(message)?.[1];
  return pid === undefined ? undefined : Number(pid);
}

/** The events of a run until one fits. */
async function until(
  { runs }: Workspace,
  runId: string,
  fits: (event: RunEvent) => boolean,
): Promise<RunEvent[]> {
  const seen: RunEvent[] = [];
  for await (const event of runs.events(runId, 0, AbortSignal.timeout(60_000))) {
    seen.push(event);
    if (fits(event)) break;
  }
  return seen;
}

const hasBegun = (event: RunEvent): boolean => event.type === 'step.progress';
const title = form.missing === undefined ? form.name : `${form.name} (${form.missing})`;

describe.skipIf(form.missing !== undefined)(`runs ${title}`, { timeout: 300_000 }, () => {
  it('have the digests of the embedded form, and each step is computed by a worker', async () => {
    const { place, workspace } = await open(2);
    const ran = async (where: Workspace) => {
      const { runId, finished } = await where.runs.start(killGraph(1), killFile);
      expect((await finished).status).toBe('succeeded');
      const steps = await where.journal.steps(runId);
      const computed = steps.filter(({ status }) => status === 'succeeded').length;
      return { runId, computed, outputs: new Map(steps.map((step) => [step.node, step.outputs])) };
    };
    const root = await mkdtemp(join(tmpdir(), 'graft-embedded-'));
    made.push({
      [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true, maxRetries: 20 }),
    });
    const embedded = await openWorkspace({
      ...{ root, registry: workerTestRegistry, workerEntry: place.worker },
    });
    made.push(embedded);
    const { runId, computed, outputs } = await ran(workspace);
    expect(outputs).toEqual((await ran(embedded)).outputs);
    const events = await workspace.journal.events(runId, 0, 10_000);
    const pids = events.flatMap((event) => begunBy(event) ?? []);
    expect(pids).toHaveLength(computed);
    expect(new Set(pids)).toEqual(new Set(place.fleet.pids));
  });

  it('go on elsewhere when a worker is killed, and compute nothing again that is stored', async () => {
    const { workspace } = await open(2);
    const { runId, finished } = await workspace.runs.start(killGraph(2), killFile);
    const done = (event: RunEvent): boolean =>
      event.type === 'step.finished' && event.step.node === 'slow-0-1';
    const before = await until(workspace, runId, done);
    const victim = before.flatMap((event) => begunBy(event) ?? [])[0] ?? 0;
    process.kill(victim, 'SIGKILL');
    const stored = before.flatMap((event) =>
      event.type === 'step.finished' && event.step.status === 'succeeded' ? event.step.node : [],
    );
    expect((await finished).status).toBe('succeeded');
    const events = await workspace.journal.events(runId, 0, 10_000);
    const begun = events.flatMap((event) =>
      begunBy(event) === undefined || event.type !== 'step.log' ? [] : event.node,
    );
    const times = stored.map((node) => begun.filter((each) => each === node).length);
    expect(new Set(times)).toEqual(new Set([1]));
  });

  it('continue the step of a killed worker within 30 seconds, on another one', async () => {
    const { place, workspace } = await open(2);
    const file = join(place.root, 'released');
    const { runId, finished } = await workspace.runs.start(holdGraph(file), killFile);
    const first = (await until(workspace, runId, hasBegun)).flatMap(
      (event) => begunBy(event) ?? [],
    );
    process.kill(first[0] ?? 0, 'SIGKILL');
    const killedAt = performance.now();
    const again = await until(
      workspace,
      runId,
      (event) => begunBy(event) !== undefined && begunBy(event) !== first[0],
    );
    expect(performance.now() - killedAt).toBeLessThan(30_000);
    expect(again).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('Another one continues') }),
    );
    await writeFile(file, '');
    expect((await finished).status).toBe('succeeded');
  });

  it('give up a step whose workers end one after another', async () => {
    const { place, workspace } = await open(2);
    const file = join(place.root, 'never');
    const { runId, finished } = await workspace.runs.start(holdGraph(file), killFile);
    for await (const event of workspace.runs.events(runId, 0, AbortSignal.timeout(100_000))) {
      const pid = begunBy(event);
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
    }
    expect(await finished).toMatchObject({
      status: 'failed',
      error: { code: 'worker-died', message: expect.stringContaining('3 workers ended') },
    });
  });

  it.each([
    ['that waits', { busy: false }],
    ['that never looks up', { busy: true }],
  ])(
    'end a cancelled step %s within two seconds, and its worker goes on',
    async (_which, params) => {
      const { workspace } = await open(1);
      const { runId, finished, cancel } = await workspace.runs.start(
        single('stubborn', params),
        killFile,
      );
      await until(workspace, runId, hasBegun);
      const cancelledAt = performance.now();
      cancel();
      expect((await finished).status).toBe('cancelled');
      expect(performance.now() - cancelledAt).toBeLessThan(2_500);
      const next = await workspace.runs.start(slowGraph(1), killFile);
      expect((await next.finished).status).toBe('succeeded');
    },
  );

  it('finish on a worker that is told to end, which takes nothing more', async () => {
    const { place, workspace } = await open(0);
    const leaving = await place.fleet.add();
    const file = join(place.root, 'drained');
    const { runId, finished } = await workspace.runs.start(holdGraph(file), killFile);
    await until(workspace, runId, hasBegun);
    const other = await place.fleet.add();
    leaving.kill('SIGTERM');
    for (let salt = 0; salt < 3; salt += 1) {
      const next = await workspace.runs.start(slowGraph(salt + 1), killFile);
      const begun = await until(workspace, next.runId, (event) => begunBy(event) !== undefined);
      // It may have taken this one before it heard of its end.
      if (salt > 0) expect(begun.flatMap((event) => begunBy(event) ?? [])).toEqual([other.pid]);
      expect((await next.finished).status).toBe('succeeded');
    }
    const exited = once(leaving, 'exit');
    await writeFile(file, '');
    expect((await finished).status).toBe('succeeded');
    expect((await exited)[0]).toBe(0);
  });

  it('stay here where no worker has the same node code, or takes the queue', async () => {
    const { place, workspace } = await open(0);
    await place.fleet.add({ isForeign: true });
    await place.fleet.add({ queues: 'web' });
    const { runId, finished } = await workspace.runs.start(killGraph(3), killFile);
    expect((await finished).status).toBe('succeeded');
    const events = await workspace.journal.events(runId, 0, 10_000);
    expect(events.filter((event) => begunBy(event) !== undefined)).toEqual([]);
  });

  it.each([
    [10, 1],
    [1_000, 20],
  ])('of two coordinators at once compute each step once: %i runs', async (count, graphs) => {
    const { place, workspace } = await open(2);
    const other = await place.open();
    made.push(other);
    const runs = await Promise.all(
      Array.from({ length: count }, (_, at) =>
        (at % 2 === 0 ? workspace : other).runs.start(killGraph(4 + (at % graphs)), killFile),
      ),
    );
    let begun = 0;
    for (const { runId, finished } of runs) {
      expect((await finished).status).toBe('succeeded');
      const events = await workspace.journal.events(runId, 0, 10_000);
      begun += events.filter((event) => begunBy(event) !== undefined).length;
    }
    // Some of its steps have equal keys.
    expect(begun).toBe(9 * graphs);
  });
});
