import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { browserTest, serve } from './served-workspace.ts';
import { giveFile } from './small-graphs.ts';

/** A workspace of small graphs that need no model, for what the screen does with any graph. */
export interface SmallWorkspace {
  readonly url: string;
  readonly folder: string;
  /** Writes a graph file; `layout` is left to the page where none is given. */
  graph(name: string, graph: SmallGraph): Promise<void>;
}

export interface SmallGraph {
  /** Nodes are of version 1 unless they say another. */
  readonly nodes: Readonly<
    Record<string, { readonly type: string; readonly version?: number; readonly params?: object }>
  >;
  readonly edges?: readonly string[];
  readonly layout?: Readonly<Record<string, readonly [number, number]>>;
}

const documents = {
  'notes/kilns.md': '# Kilns\n\nThe eastern kiln is lit at 05:40 and reaches 960 °C.\n',
  'notes/glazes.md': '# Glazes\n\nGlaze no. 7 needs a slow climb, 60 °C an hour.\n',
};

/** Files → chunks, and questions beside them: runs in a moment. */
export const chunking: SmallGraph = {
  nodes: {
    files: { type: 'load-files', params: { paths: ['notes/*.md'] } },
    chunk: { type: 'chunk', params: { size: 128 } },
  },
  edges: ['files.documents -> chunk.documents'],
  layout: { files: [0, 0], chunk: [280, 0] },
};

/** A question that the remote model at `url` answers. */
export const asking = (url: string): Required<SmallGraph> => ({
  nodes: {
    ask: { type: 'questions', params: { questions: 'When is the kiln lit?' } },
    prompt: { type: 'prompt' },
    remote: { type: 'remote-model', params: { url, model: 'kiln-1' } },
    write: { type: 'generate' },
  },
  edges: [
    'ask.questions -> prompt.questions',
    'prompt.prompts -> write.prompts',
    'remote.model -> write.model',
  ],
  layout: { ask: [0, 0], prompt: [280, 0], remote: [280, 200], write: [560, 0] },
});

/** Graphs that every test finds as they are here, whatever another made of them. */
const atFirst = ['a-first', 'rag-quickstart'];

async function writeDocuments(folder: string, of: string): Promise<void> {
  await rm(path.join(folder, 'notes'), { recursive: true, force: true });
  await mkdir(path.join(folder, 'notes'));
  for (const [name, text] of Object.entries(documents)) {
    await writeFile(path.join(folder, name), `${text}\nNoted for ${of}.\n`);
  }
}

export function graphText({ nodes, edges = [], layout }: SmallGraph): string {
  const written = Object.fromEntries(
    Object.entries(nodes).map(([id, { type, version = 1, params = {} }]) => [
      id,
      { type, version, params },
    ]),
  );
  return `${JSON.stringify({ graft: 1, nodes: written, edges, ...(layout === undefined ? {} : { layout }) }, null, 2)}\n`;
}

/**
 * `test` with a small workspace that the tests of a worker share. Each test has documents of its own, so that nothing of
 * it was computed by another before, and gives its graphs names of its own, since runs are remembered by them.
 */
export const test = browserTest.extend<{ documents: void }, { workspace: SmallWorkspace }>({
  documents: [
    async ({ workspace }, use, { testId }) => {
      await writeDocuments(workspace.folder, testId.slice(-8));
      for (const name of atFirst) await workspace.graph(name, chunking);
      await use();
    },
    { auto: true },
  ],
  workspace: [
    async ({}, use) => {
      const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-e2e-small-')));
      const graph = async (name: string, of: SmallGraph): Promise<void> => {
        await giveFile(folder, `${name}.graft.json`, graphText(of));
      };
      for (const name of atFirst) await graph(name, chunking);
      const server = await serve(folder);
      await use({ url: server.url, folder, graph });
      server.process.kill('SIGINT');
      await once(server.process, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
    { scope: 'worker', timeout: 60_000 },
  ],
});
/** `test` of a first visit: the browser has cached nothing. */
export const firstVisit = test.extend({
  context: async ({ browser }, use) => {
    const context = await browser.newContext();
    await use(context);
    await context.close();
  },
});
export { expect } from '@playwright/test';
