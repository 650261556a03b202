import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileSourceResolver } from '@graft/engine';
import {
  canonicalEncode,
  parseGraph,
  planGraph,
  serializeGraph,
  sha256,
  type Graph,
  type NodeType,
} from '@graft/graph';
import { testModels } from '@graft/graph/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dataFiles } from '../package/pack.ts';
import { workerTestRegistry } from '../testing/test-nodes.ts';
import { openWorkspace, type Workspace } from '../workspace.ts';

const file = 'test.graft.json';
const nothing = { digest: sha256(canonicalEncode([])), size: 0 };

/** Reads files that may be missing. */
const readIfThere = ((read: NodeType | undefined): NodeType => {
  if (read === undefined) throw new Error('There is no test node that reads.');
  return {
    ...read,
    type: 'read-if-there',
    sources: (params) =>
      (read.sources?.(params) ?? []).map((source) =>
        source.kind === 'files' ? { ...source, optional: true } : source,
      ),
  };
})(workerTestRegistry.get('read'));
const registry = new Map([...workerTestRegistry, [readIfThere.type, readIfThere]]);

const graphOf = (files: readonly string[], lock: object = {}): Graph =>
  parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: { read: { type: readIfThere.type, version: 1, params: { files } } },
      edges: [],
      lock,
    }),
  );

let root: string;
let workspace: Workspace;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'graft-optional-')));
  workspace = await openWorkspace({ root, registry, models: testModels });
});
afterEach(async () => {
  await workspace[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

it('are no problem where they are missing, and are where they lead out', async () => {
  expect((await workspace.runs.explain(graphOf(['a.txt']), file)).problems).toEqual([]);
  expect((await workspace.runs.explain(graphOf(['../a.txt']), file)).problems).toMatchObject([
    { code: 'outside-workspace', location: { node: 'read', param: 'files' } },
  ]);
});

it('are locked to be missing, which says so once they are there', async () => {
  const text = await workspace.locks.saved(serializeGraph(graphOf(['a.txt'])), file);
  const locked = parseGraph(text);
  expect(locked.lock.files).toEqual({ 'a.txt': nothing });
  const options = { locked: true };
  expect((await workspace.runs.explain(locked, file, options)).problems).toEqual([]);
  expect((await workspace.runs.explain(locked, file)).drift).toBeUndefined();
  await writeFile(join(root, 'a.txt'), 'One.');
  expect((await workspace.runs.explain(locked, file)).drift).toMatchObject([{ name: 'a.txt' }]);
  expect((await workspace.runs.explain(locked, file, options)).problems).toMatchObject([
    { code: 'lock-differs' },
  ]);
});

it('are packed where they are there', async () => {
  const resolver = new FileSourceResolver(root, join(root, '.graft'));
  const plan = planGraph(graphOf(['a.txt']), registry, { models: testModels, file });
  expect(await dataFiles(resolver, plan)).toEqual([]);
  await writeFile(join(root, 'a.txt'), 'One.');
  expect((await dataFiles(resolver, plan)).map(({ path }) => path)).toEqual(['a.txt']);
});
