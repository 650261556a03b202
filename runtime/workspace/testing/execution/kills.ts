import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { isAlive } from '@graft/kit';
import { killFile, killGraph } from '../kill-graph.ts';
import { moments } from '../kill-moments.ts';
import type { Workspace } from '../../workspace.ts';
import type { ExecutionForm, ExecutionPlace } from './form.ts';

/** What holds when a worker or a whole process is killed, at whatever moment. */
export function killsContract(form: ExecutionForm): void {
  const kills = 20 * inject('share');
  let place: ExecutionPlace;
  const open = (): Promise<Workspace> => place.open();
  beforeAll(async () => {
    place = await form.make();
  });
  afterAll(() => place.remove());

  /** What must hold whatever was killed when. */
  async function expectSound(workspace: Workspace, runId: string): Promise<void> {
    expect((await workspace.storage.verify()).damaged).toEqual([]);
    for await (const { outputs } of workspace.actions.list()) {
      for (const { digest } of Object.values(outputs)) {
        expect(await workspace.artifacts.has(digest)).toBe(true);
      }
    }
    const events = await workspace.journal.events(runId, 0, 10_000);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    const last = events.at(-1);
    const record = await workspace.journal.get(runId);
    expect(last).toMatchObject({ type: 'run.finished', status: record?.status });
  }

  describe.skipIf(process.platform !== 'linux')('kill -9', () => {
    it(`of the worker, at ${String(kills)} moments: the run goes on and tells the truth`, async () => {
      await using workspace = await open();
      const next = moments(1);
      let hits = 0;
      const startedAt = performance.now();
      await (
        await workspace.runs.start(killGraph(-1), killFile)
      ).finished;
      const whole = performance.now() - startedAt;
      for (let i = 0; i < kills; i++) {
        const handle = await workspace.runs.start(killGraph(i), killFile);
        await wait(next() * whole);
        for (const pid of place.workersOf(process.pid)) {
          process.kill(pid, 'SIGKILL');
          hits += 1;
        }
        const { status, error } = await handle.finished;
        expect(status, error?.message).toBe('succeeded');
        await expectSound(workspace, handle.runId);
      }
      // A few kills may all come too late.
      if (inject('share') === 1) expect(hits).toBeGreaterThan(kills / 2);
    }, 1_800_000);

    it(`of the server, at ${String(kills)} moments: nothing is lost, and the next run reuses what was done`, async () => {
      const next = moments(2);
      let interrupted = 0;
      let reused = 0;
      let whole = 0;
      // The first run warms up whatever the others share, and takes longer than they do.
      for (const unharmed of [-2, -3]) {
        const { closed } = await place.startServer(unharmed);
        const startedAt = performance.now();
        await closed;
        whole = performance.now() - startedAt;
      }
      for (let i = 0; i < kills; i++) {
        const { child, runId, closed } = await place.startServer(1000 + i);
        await wait(next() * whole);
        const workers = place.workersOf(child.pid ?? 0);
        child.kill('SIGKILL');
        await closed;
        await expect.poll(() => workers.filter((pid) => isAlive(String(pid)))).toEqual([]);

        await using workspace = await open();
        const record = await workspace.journal.get(runId);
        expect(record?.status, runId).toMatch(/^(failed|succeeded)$/);
        if (record?.status === 'failed') interrupted += 1;
        await expectSound(workspace, runId);

        const done = (await workspace.journal.steps(runId))
          .filter(({ status }) => status === 'succeeded')
          .map(({ node }) => node);
        const again = await workspace.runs.start(killGraph(1000 + i), killFile);
        const end = await again.finished;
        expect(end.status).toBe('succeeded');
        const statuses = new Map(end.steps.map(({ node, status }) => [node, status]));
        expect(done.filter((node) => statuses.get(node) !== 'cached')).toEqual([]);
        reused += done.length;
      }
      console.log(`${String(interrupted)} runs interrupted, ${String(reused)} steps reused`);
      if (inject('share') < 1) return;
      expect(interrupted).toBeGreaterThan(kills / 4);
      expect(reused).toBeGreaterThan(kills / 2);
    }, 1_800_000);
  });
}
