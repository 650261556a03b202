import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseGraph, serializeGraph } from '@graft/graph';
import { openWorkspace, type Workspace } from '../workspace.ts';

const root = join(import.meta.dirname, '../../../examples');
let folder: string;
let workspace: Workspace;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-example-locks-'));
  // Not the models of this user: an example is locked to what everybody gets.
  const modelsFolder = join(folder, 'models');
  workspace = await openWorkspace({ root, stateFolder: join(folder, 'state'), modelsFolder });
});
afterAll(async () => {
  await workspace[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

it('every example is locked to what it holds, so that neither a run nor a save changes it', async () => {
  const names = (await readdir(root, { recursive: true }))
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.graft.json') && !/(^|\/)\./.test(name));
  expect(names).toContain('rag-vs-lora/rag-vs-lora.graft.json');
  for (const name of names) {
    const text = await readFile(join(root, name), 'utf8');
    const graph = parseGraph(text, name);
    const lock = await workspace.locks.taken(graph, name);
    expect(serializeGraph({ ...graph, lock }), `graft lock examples/${name}`).toBe(text);
    expect(await workspace.locks.saved(text, name), name).toBe(text);
    expect((await workspace.runs.explain(graph, name, { locked: true })).problems, name).toEqual(
      [],
    );
  }
});
