import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseGraph } from '@graft/graph';
import { scratchFolder } from '@graft/worker/scratch-folder';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundleTestWorker, type Bundle } from '../testing/bundle-test-worker.ts';
import { workerTestRegistry } from '../testing/test-nodes.ts';
import { openWorkspace, type Workspace } from '../workspace.ts';

const file = 'corpus.graft.json';
const graphText = JSON.stringify({
  graft: 1,
  nodes: {
    files: { type: 'read', version: 1, params: {} },
    pieces: { type: 'split', version: 1, params: {} },
  },
  edges: ['files.documents -> pieces.documents'],
});

let bundle: Bundle;
let folder: string;
let archive: string;
const opened: Workspace[] = [];

async function workspaceIn(name: string): Promise<Workspace> {
  const root = join(folder, name);
  await mkdir(root, { recursive: true });
  const workspace = await openWorkspace({
    root,
    modelsFolder: join(folder, `${name}-models`),
    registry: workerTestRegistry,
    workerEntry: bundle.entry,
  });
  opened.push(workspace);
  return workspace;
}

/** A workspace with the graph, a text, and a run. */
async function withRun(): Promise<Workspace> {
  const anna = await workspaceIn('anna');
  await writeFile(join(anna.root, file), graphText);
  await writeFile(join(anna.root, 'a.txt'), 'One. Two.');
  const { finished } = await anna.start(parseGraph(graphText), file);
  await finished;
  return anna;
}

beforeAll(async () => {
  bundle = await bundleTestWorker();
});
afterAll(() => bundle.remove());
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'graft-pack-')));
  archive = join(folder, 'corpus.graft.zip');
});
afterEach(async () => {
  for (const workspace of opened.splice(0)) await workspace[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

describe('a package that is made', () => {
  it('holds what the file as saved gave, not a run with settings of its own', async () => {
    const anna = await withRun();
    const own = (await anna.packages.contents(file)).artifacts?.runId;
    const set = { set: { 'pieces.by': 'paragraph' } };
    const { finished, runId } = await anna.start(parseGraph(graphText), file, { settings: set });
    await finished;
    expect(runId).not.toBe(own);
    expect((await anna.packages.contents(file)).artifacts?.runId).toBe(own);
  });

  it('holds a graph file once that its graph also reads as data', async () => {
    const anna = await workspaceIn('anna');
    const graph = JSON.parse(graphText);
    graph.nodes.files.params = { files: ['*.txt', '*.graft.json'] };
    await writeFile(join(anna.root, file), JSON.stringify(graph));
    await writeFile(join(anna.root, 'a.txt'), '');
    await anna.packages.pack(file, { data: true }, archive);
    const ben = await workspaceIn('ben');
    const report = await ben.packages.unpack(archive, 'x');
    expect(report.written).toEqual([file, 'a.txt']);
  });

  it('as a stream leaves nothing behind, read or not', async () => {
    const anna = await withRun();
    const scratch = scratchFolder(join(anna.root, '.graft'));
    const left = (): Promise<string[]> => readdir(scratch).catch(() => []);
    const before = await left();
    const whole = await anna.packages.packStream(file, { data: true });
    let size = 0;
    for await (const chunk of whole.body) size += chunk.byteLength;
    expect(size).toBe(whole.size);
    const { body } = await anna.packages.packStream(file, { data: true });
    body.destroy();
    await expect.poll(left).toEqual(before);
  });

  it.skipIf(process.platform !== 'linux')(
    'is not made of names that some systems hold for one',
    async () => {
      const anna = await workspaceIn('anna');
      await writeFile(join(anna.root, file), graphText);
      await writeFile(join(anna.root, 'a.txt'), 'One.');
      await writeFile(join(anna.root, 'A.txt'), 'Two.');
      await expect(anna.packages.pack(file, { data: true }, archive)).rejects.toMatchObject({
        code: 'bad-name',
        message: expect.stringContaining('"a.txt"'),
      });
    },
  );
});
