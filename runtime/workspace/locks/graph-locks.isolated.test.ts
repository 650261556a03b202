import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileSourceResolver } from '@graft/engine';
import { GraphError } from '@graft/graph';
import { testRegistry } from '@graft/graph/testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { GraphFiles } from '../files/graph-files.ts';
import { GraphLocks } from './graph-locks.ts';
import { GraphPlanner } from '../runs/graph-planner.ts';
import { KeptGraphs } from './kept-graphs.ts';
import { MemoryArtifactStore } from '@graft/store/testing';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'graft-locks-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(root, { recursive: true, force: true });
});

const text = JSON.stringify({ graft: 1, nodes: {}, edges: [] });

/** Locks whose planner throws, and what was warned of. */
function locksThat(error: unknown) {
  const graphs = new GraphFiles(root, root);
  const models = (): undefined => undefined;
  const planner = new GraphPlanner(
    { registry: testRegistry, models, artifacts: new MemoryArtifactStore() },
    graphs,
  );
  vi.spyOn(planner, 'read').mockRejectedValue(error);
  const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
  const files = new FileSourceResolver(root, root, () => Promise.reject(new Error('no secrets')));
  const parts = { models, files, graphs, kept: new KeptGraphs(root) };
  return { locks: new GraphLocks(parts, planner), warn };
}

it('of a graph that cannot be read are not written, and nothing is said', async () => {
  const { locks, warn } = locksThat(
    new GraphError('missing-file', 'It uses one that is not here.'),
  );
  expect(await locks.saved(text, 'a.graft.json')).toBe(text);
  expect(warn).not.toHaveBeenCalled();
});

it('are not written for a defect, which is told and keeps no save from being done', async () => {
  const { locks, warn } = locksThat(new TypeError('x is not a function'));
  expect(await locks.saved(text, 'a.graft.json')).toBe(text);
  expect(warn).toHaveBeenCalledExactlyOnceWith(
    expect.stringContaining('the lock of a.graft.json was not written: x is not a function'),
  );
});
