import { describe, expect, it } from 'vitest';
import type { RunEvent } from '@graft/graph';
import { executionForms } from '../testing/execution/index.ts';

for (const form of await executionForms()) {
  const title = form.missing === undefined ? form.name : `${form.name} (${form.missing})`;
  describe.skipIf(form.missing !== undefined || process.platform === 'win32')(title, () => {
    it('a process that was stopped loses its run, notices when it goes on, and writes nothing more', async () => {
      const place = await form.make();
      {
        await using workspace = await place.open();
        const { child, closed, runId } = await place.startServer(0, 600_000);
        const seen: RunEvent[] = [];
        for await (const event of workspace.runs.events(runId, 0, AbortSignal.timeout(300_000))) {
          seen.push(event);
          if (event.type === 'step.started') child.kill('SIGSTOP');
        }
        expect(seen.at(-1)).toMatchObject({ type: 'run.finished', status: 'failed' });
        const recorded = async (): Promise<unknown> => {
          // Whoever looks at an ended run may read its scores from what is recorded.
          const { scores: _scores, ...run } = (await workspace.journal.get(runId)) ?? {};
          return { run, events: await workspace.journal.events(runId, 0, 10_000) };
        };
        // Its events are sent just before its record is written.
        await expect.poll(async () => (await workspace.journal.get(runId))?.status).toBe('failed');
        const before = await recorded();
        child.kill('SIGCONT');
        await closed;
        expect(child.exitCode).toBe(0);
        expect(await recorded()).toEqual(before);
      }
      await place.remove();
    });
  });
}
