import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Graph, RunEvent } from '@graft/graph';
import { holdGraph, killFile, killGraph } from '../kill-graph.ts';
import type { Workspace } from '../../workspace.ts';
import type { ExecutionForm, ExecutionPlace } from './form.ts';

/** What equal steps of several processes do. */
export function equalStepsContract(form: ExecutionForm): void {
  let place: ExecutionPlace;
  let root: string;
  const open = (): Promise<Workspace> => place.open();
  beforeAll(async () => {
    place = await form.make();
    root = place.root;
  });
  afterAll(() => place.remove());

  /** One step that works until there is a file of this name. */
  const hold = (name: string): Graph => holdGraph(join(root, name));
  const release = (name: string): Promise<void> => writeFile(join(root, name), '');

  /** The first event of a kind that a run tells. */
  async function told(
    workspace: Workspace,
    runId: string,
    type: RunEvent['type'],
  ): Promise<RunEvent | undefined> {
    for await (const event of workspace.runs.events(runId, 0, new AbortController().signal)) {
      if (event.type === type) return event;
    }
    return undefined;
  }

  describe('equal steps of several processes', () => {
    it('run once, and the others use what was made', async () => {
      await using workspace = await open();
      const [first, second, third] = await Promise.all([
        place.startServer(1),
        place.startServer(1),
        workspace.runs.start(killGraph(1), killFile),
      ]);
      await Promise.all([first.closed, second.closed, third.finished]);
      const ran = new Map<string, number>();
      for (const { runId } of [first, second, third]) {
        expect((await workspace.journal.get(runId))?.status).toBe('succeeded');
        for (const { cacheKey, status } of await workspace.journal.steps(runId)) {
          if (status === 'succeeded') ran.set(cacheKey ?? '', (ran.get(cacheKey ?? '') ?? 0) + 1);
        }
      }
      expect([...ran.values()].filter((times) => times !== 1)).toEqual([]);
      expect(ran.size).toBeGreaterThan(5);
    });

    it.skipIf(process.platform === 'win32')(
      'are taken over from a process that was killed',
      async () => {
        await using workspace = await open();
        const name = 'taken-over';
        const { child, closed, runId } = await place.startServer(2, join(root, name));
        await told(workspace, runId, 'step.progress');
        const run = await workspace.runs.start(hold(name), 'hold.graft.json');
        expect(await told(workspace, run.runId, 'step.log')).toMatchObject({
          message: expect.stringContaining('Waiting for the process'),
        });
        child.kill('SIGKILL');
        await closed;
        // Only whoever took the step over works at it now.
        await told(workspace, run.runId, 'step.progress');
        await release(name);
        expect(await run.finished).toMatchObject({
          status: 'succeeded',
          steps: [{ node: 'hold', status: 'succeeded' }],
        });
      },
    );

    it('can be cancelled at once while they wait, which leaves the other one alone', async () => {
      await using one = await open();
      await using other = await open();
      const running = await one.runs.start(hold('first'), 'hold.graft.json');
      await told(one, running.runId, 'step.progress');
      const waiting = await other.runs.start(hold('first'), 'hold.graft.json');
      expect(await told(other, waiting.runId, 'step.log')).toMatchObject({
        message: expect.stringContaining('Waiting for the process'),
      });
      waiting.cancel();
      expect((await waiting.finished).status).toBe('cancelled');
      // It is still at work, so nobody has waited for its end.
      expect((await one.journal.get(running.runId))?.status).toBe('running');
      await release('first');
      expect((await running.finished).status).toBe('succeeded');
    });

    it('are computed by who waited when the other one was cancelled', async () => {
      await using one = await open();
      await using other = await open();
      const running = await one.runs.start(hold('second'), 'hold.graft.json');
      await told(one, running.runId, 'step.progress');
      const waiting = await other.runs.start(hold('second'), 'hold.graft.json');
      await told(other, waiting.runId, 'step.log');
      running.cancel();
      expect((await running.finished).status).toBe('cancelled');
      await release('second');
      expect((await waiting.finished).status).toBe('succeeded');
    });
  });
}
