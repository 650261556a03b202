import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { setTimeout as wait } from 'node:timers/promises';
import { parseGraph, type Graph } from '@graft/graph';
import type { Workspace } from '../../workspace.ts';
import { holdGraph, killFile, killGraph } from '../kill-graph.ts';
import { childrenOf, moments } from '../kill-moments.ts';
import type { ExecutionForm, ExecutionPlace } from './form.ts';

type Nodes = Record<string, { type: string; params?: Record<string, unknown> }>;
const graphOf = (nodes: Nodes): Graph => {
  const full = Object.entries(nodes).map(([id, node]) => [id, { version: 1, params: {}, ...node }]);
  return parseGraph(JSON.stringify({ graft: 1, nodes: Object.fromEntries(full), edges: [] }));
};
const others = 20;

/** What steps do that crash, once or always, and runs that are cancelled. */
export function faultsContract(form: ExecutionForm): void {
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
  const start = (nodes: Nodes) => workspace.runs.start(graphOf(nodes), 'faults.graft.json');

  describe.each([
    ['a process with one step', 'crash', 'slow'],
    ['the process with models', 'shared-crash', 'shared-slow'],
  ])('a step that crashes %s on every try', (_where, crash, slow) => {
    it(`fails with the reason; ${String(others)} beside it succeed`, async () => {
      const nodes: Nodes = { guilty: { type: crash, params: { times: 99 } } };
      for (let i = 0; i < others; i++) {
        nodes[`other-${String(i)}`] = { type: slow, params: { ms: 100 + i } };
      }
      const { finished } = await start(nodes);
      const { status, steps, error } = await finished;
      expect(status).toBe('failed');
      expect(error).toMatchObject({
        code: 'worker-died',
        message: expect.stringContaining('SIGKILL'),
        location: { node: 'guilty' },
      });
      const statuses = steps.map((step) => step.status);
      expect(statuses.filter((one) => one === 'succeeded')).toHaveLength(others);
      expect(statuses.filter((one) => one === 'failed')).toHaveLength(1);
      await workspace[Symbol.asyncDispose]();
      expect(childrenOf(process.pid, place.worker)).toEqual([]);
    });
  });

  it('a step that crashes once is tried again', async () => {
    const { finished } = await start({ shaky: { type: 'crash', params: { times: 1 } } });
    expect((await finished).status).toBe('succeeded');
  });

  it('a run waits while nothing can be written, and goes on', async () => {
    const file = join(place.root, 'stalled');
    const { runId, finished } = await workspace.runs.start(holdGraph(file), killFile);
    for await (const { type } of workspace.runs.events(runId, 0, new AbortController().signal)) {
      if (type === 'step.progress') break;
    }
    const release = await place.stall();
    await writeFile(file, '');
    const moved = await Promise.race([finished, wait(2_000, 'waits' as const)]);
    await release();
    expect(moved).toBe('waits');
    expect((await finished).status).toBe('succeeded');
    const events = await workspace.journal.events(runId, 0, 10_000);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
  });

  it('a run that is cancelled at any moment tells the truth, and can be run again', async () => {
    const next = moments(3);
    for (let tries = 0; tries < Math.max(2, 20 * inject('share')); tries++) {
      const { runId, finished, cancel } = await workspace.runs.start(killGraph(tries), killFile);
      await wait(next() * 600);
      cancel();
      const { status } = await finished;
      expect(status).toMatch(/^(cancelled|succeeded)$/);
      expect((await workspace.journal.get(runId))?.status).toBe(status);
      const events = await workspace.journal.events(runId, 0, 10_000);
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
      expect(events.at(-1)).toMatchObject({ type: 'run.finished', status });
      const again = await workspace.runs.start(killGraph(tries), killFile);
      expect((await again.finished).status).toBe('succeeded');
    }
  });
}
