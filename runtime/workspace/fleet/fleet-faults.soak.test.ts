import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { outageText, type RunEvent } from '@graft/graph';
import { mountSmallDisk } from '@graft/kit/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { faultyFleets, type FaultyFleet } from '../testing/execution/index.ts';
import { holdGraph, killFile, killGraph } from '../testing/kill-graph.ts';
import { moments } from '../testing/kill-moments.ts';
import { workerTestRegistry } from '../testing/test-nodes.ts';
import { openWorkspace, type Workspace } from '../workspace.ts';

const fleets = await faultyFleets();
const times = Math.max(1, Math.round(10 * inject('share')));
/** Milliseconds that a run of the graph takes. */
let whole = 0;
const isRoot = process.getuid?.() === 0;

let embedded: Workspace;
let salts = 0;
const made: AsyncDisposable[] = [];
beforeAll(async () => {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'graft-embedded-')));
  embedded = await openWorkspace({
    ...{ root, registry: workerTestRegistry, workerEntry: fleets.worker },
  });
  made.push({
    [Symbol.asyncDispose]: async () => {
      await embedded[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true, maxRetries: 20 });
    },
  });
});
afterAll(async () => {
  for (const each of made.splice(0).reverse()) await each[Symbol.asyncDispose]();
});

const outputsOf = async ({ journal }: Workspace, runId: string) =>
  new Map((await journal.steps(runId)).map(({ node, outputs }) => [node, outputs]));

/** The node and the pid of the worker that an event tells to have begun its step. */
function begun(event: RunEvent): { readonly node: string; readonly pid: number } | undefined {
  if (event.type !== 'step.log') return undefined;
  const pid = /^The worker .*, process (\d+) computes this step/.exec(event.message)?.[1];
  return pid === undefined ? undefined : { node: event.node, pid: Number(pid) };
}

const limit = (): AbortSignal => AbortSignal.timeout(180_000);

/** Follows a run to its end, and checks what must hold whatever failed meanwhile. */
async function expectWhole(workspace: Workspace, runId: string, salt: number): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of workspace.runs.events(runId, 0, limit())) events.push(event);
  const end = events.at(-1);
  expect(end, JSON.stringify(end)).toMatchObject({ type: 'run.finished', status: 'succeeded' });
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
  await expect.poll(async () => (await workspace.journal.get(runId))?.status).toBe('succeeded');
  // What is stored is not computed again.
  const stored = new Set<string>();
  for (const event of events) {
    const node = begun(event)?.node;
    if (node !== undefined) expect(stored).not.toContain(node);
    if (event.type === 'step.finished') stored.add(event.step.node);
  }
  const plain = await embedded.runs.start(killGraph(salt), killFile);
  await plain.finished;
  expect(await outputsOf(workspace, runId)).toEqual(await outputsOf(embedded, plain.runId));
  return events;
}

describe.skipIf(fleets.missing !== undefined)(
  `a fleet on Postgres and S3${fleets.missing === undefined ? '' : ` (${fleets.missing})`}`,
  { timeout: 1_200_000 },
  () => {
    let fleet: FaultyFleet;
    let workspace: Workspace;
    const outages: string[] = [];
    beforeAll(async () => {
      fleet = await fleets.make(2);
      made.push({ [Symbol.asyncDispose]: () => fleet.remove() });
      workspace = await fleet.open({ keepsRunsOn: true });
      made.push(workspace);
      workspace.outages.listen((change) => outages.push(outageText(change)));
      // The first run warms up.
      for (const salt of [-1, -2]) {
        const startedAt = performance.now();
        const { finished } = await workspace.runs.start(killGraph(salt), killFile);
        await finished;
        whole = performance.now() - startedAt;
      }
    });

    /** Runs a graph of its own, and does something at a moment of it. */
    async function during(next: () => number, fault: () => void | Promise<void>) {
      salts += 1;
      const salt = salts;
      const { runId } = await workspace.runs.start(killGraph(salt), killFile);
      await sleep(next() * whole);
      await fault();
      return { runId, salt };
    }

    it(`goes on when the coordinator is killed, at ${String(times)} moments`, async () => {
      const next = moments(11);
      let continued = 0;
      for (let i = 0; i < times; i += 1) {
        salts += 1;
        const options = { keepsRunsOn: true };
        const { child, closed, runId } = await fleet.startServer(salts, undefined, options);
        await sleep(next() * whole);
        child.kill('SIGKILL');
        await closed;
        await expectWhole(workspace, runId, salts);
        continued += (await workspace.journal.get(runId))?.takeovers ?? 0;
      }
      console.log(`${String(continued)} of ${String(times)} runs were continued`);
    });

    it(`waits for Postgres, restarted at ${String(times)} moments`, async () => {
      const next = moments(12);
      outages.length = 0;
      for (let i = 0; i < times; i += 1) {
        const { runId, salt } = await during(next, async () => {
          await fleet.postgres.pause();
          await sleep(next() * 3_000);
          await fleet.postgres.resume();
        });
        await expectWhole(workspace, runId, salt);
      }
      expect(outages.join('\n')).toContain('has not answered since');
    });

    it(`waits for S3, away for 20 s at ${String(times)} moments`, async () => {
      const next = moments(13);
      let waited = 0;
      for (let i = 0; i < times; i += 1) {
        outages.length = 0;
        const { runId, salt } = await during(next, async () => {
          fleet.s3.refuse();
          await sleep(20_000);
          fleet.s3.pass();
        });
        const events = await expectWhole(workspace, runId, salt);
        const isTold = events.some(
          (event) => event.type === 'step.log' && event.message.includes('has not answered since'),
        );
        if (isTold || outages.length > 0) waited += 1;
      }
      console.log(`${String(waited)} of ${String(times)} runs told that they waited`);
    });

    it(`reads again what S3 altered on the way, at ${String(times)} moments`, async () => {
      const next = moments(14);
      for (let i = 0; i < times; i += 1) {
        const { runId, salt } = await during(next, () => fleet.s3.alterNext());
        await expectWhole(workspace, runId, salt);
      }
      console.log(`${String(fleet.s3.altered)} answers were altered`);
    });

    it.skipIf(!isRoot)(
      `continues elsewhere when a worker is cut off, at ${String(times)} moments`,
      async () => {
        const next = moments(15);
        const cuttable = await fleet.addCuttable();
        let slowest = 0;
        for (let i = 0; i < times; i += 1) {
          const { runId, salt } = await during(next, cuttable.cut);
          await expectWhole(workspace, runId, salt);
          cuttable.mend();
          slowest = Math.max(slowest, await cutWithStep(cuttable));
        }
        console.log(`the slowest step continued after ${String(Math.round(slowest))} ms`);
        process.kill(cuttable.pid, 'SIGKILL');
      },
    );

    /** Cuts a worker off that has a step. Returns the milliseconds until another one has begun it. */
    async function cutWithStep(
      worker: Awaited<ReturnType<FaultyFleet['addCuttable']>>,
    ): Promise<number> {
      salts += 1;
      const file = (at: number): string =>
        join(fleet.root, `released-${String(salts)}-${String(at)}`);
      // More than the others have slots for.
      const runs = await Promise.all(
        Array.from({ length: 9 }, (_, at) => workspace.runs.start(holdGraph(file(at)), killFile)),
      );
      const found = new AbortController();
      const held = await Promise.any(
        runs.map(async ({ runId }, at) => {
          for await (const event of workspace.runs.events(runId, 0, found.signal)) {
            if (begun(event)?.pid === worker.pid) return at;
          }
          throw new Error('another worker has it');
        }),
      );
      found.abort();
      worker.cut();
      const cutAt = performance.now();
      for (const at of runs.keys()) if (at !== held) await writeFile(file(at), '');
      for await (const event of workspace.runs.events(runs[held]?.runId ?? '', 0, limit())) {
        const pid = begun(event)?.pid;
        if (pid !== undefined && pid !== worker.pid) break;
      }
      const took = performance.now() - cutAt;
      expect(took).toBeLessThan(30_000);
      worker.mend();
      await writeFile(file(held), '');
      for (const { finished } of runs) expect((await finished).status).toBe('succeeded');
      return took;
    }

    it(`continues elsewhere when the disk of a worker is full, at ${String(times)} moments`, async ({
      skip,
    }) => {
      const disk = mountSmallDisk(8);
      if (disk === undefined) return skip('this process may not mount a small disk');
      try {
        const next = moments(16);
        const { pid } = await fleet.addWorker({ folder: disk.folder });
        let left = 0;
        for (let i = 0; i < times; i += 1) {
          const { runId, salt } = await during(next, () => {
            disk.fill();
          });
          const events = await expectWhole(workspace, runId, salt);
          left += events.filter(
            (event) => event.type === 'step.log' && event.message.startsWith('The disk of'),
          ).length;
          disk.empty();
        }
        console.log(`${String(left)} steps were left to other workers`);
        process.kill(pid, 'SIGKILL');
      } finally {
        disk.unmount();
      }
    });

    it(`keeps two workers apart that have one folder, when one is killed at ${String(times)} moments`, async () => {
      const next = moments(17);
      const folder = join(fleet.root, 'one-folder');
      await fleet.addWorker({ folder });
      for (let i = 0; i < times; i += 1) {
        const { pid } = await fleet.addWorker({ folder });
        const { runId, salt } = await during(next, () => {
          process.kill(pid, 'SIGKILL');
        });
        await expectWhole(workspace, runId, salt);
      }
    });
  },
);
