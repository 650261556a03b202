import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '@graft/graph';
import { killFile, slowGraph } from '../kill-graph.ts';
import type { Workspace } from '../../workspace.ts';
import type { ExecutionForm, ExecutionPlace } from './form.ts';

/** What becomes of a run whose process is killed, or that another process cancels. */
export function deadOwnerContract(form: ExecutionForm): void {
  let place: ExecutionPlace;
  let workspace: Workspace;
  beforeEach(async () => {
    place = await form.make();
    workspace = await place.open();
  });
  afterEach(async () => {
    await workspace[Symbol.asyncDispose]();
    await place.remove();
  });

  /** Follows a run until its step is under way, calls back, and follows it to its end. */
  async function follow(runId: string, underWay: () => void | Promise<void>): Promise<RunEvent[]> {
    const seen: RunEvent[] = [];
    for await (const event of workspace.runs.events(runId, 0, AbortSignal.timeout(60_000))) {
      seen.push(event);
      if (event.type === 'step.started') await underWay();
    }
    expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, index) => index + 1));
    return seen;
  }

  describe('a run of another process', () => {
    it('whose owner is killed has ended soon for whoever looks', async () => {
      const { child, closed, runId } = await place.startServer(0, 120_000);
      const seen = await follow(runId, async () => {
        child.kill('SIGKILL');
        await closed;
      });
      expect(seen.at(-1)).toMatchObject({
        type: 'run.finished',
        status: 'failed',
        error: { code: 'worker-died', message: expect.stringContaining('ended') },
      });
      // Its events are sent just before its record is written.
      await expect.poll(async () => (await workspace.journal.get(runId))?.status).toBe('failed');
      const again = await workspace.runs.start(slowGraph(10), killFile);
      expect((await again.finished).status).toBe('succeeded');
    });

    it('is cancelled from here', async () => {
      const { child, closed, runId } = await place.startServer(0, 120_000);
      const seen = await follow(runId, async () => {
        expect(await workspace.runs.cancel(runId)).toBe('asked');
      });
      expect(seen.at(-1)).toMatchObject({ type: 'run.finished', status: 'cancelled' });
      await expect.poll(() => workspace.runs.cancel(runId)).toBe('ended');
      expect(await workspace.runs.cancel('unknown')).toBe('unknown');
      await closed;
      expect(child.exitCode).toBe(0);
    });
  });
}
