import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseGraph } from '@graft/graph';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { openWorkspace, type Workspace } from '../workspace.ts';
import { bundleTestWorker, type Bundle } from './bundle-test-worker.ts';
import { workerTestRegistry } from './test-nodes.ts';

/** A graph that reads the texts of its workspace, and where it stands. */
export const file = 'corpus.graft.json';
export const graphText = JSON.stringify({
  graft: 1,
  nodes: {
    files: { type: 'read', version: 1, params: {} },
    pieces: { type: 'split', version: 1, params: {} },
  },
  edges: ['files.documents -> pieces.documents'],
});

/** A folder with workspaces by name and an archive between them, anew for each test. */
export class PackageBench {
  folder = '';
  archive = '';
  readonly #opened: Workspace[] = [];
  #bundle: Bundle | undefined;

  /** To be made where tests are described. */
  constructor() {
    beforeAll(async () => {
      this.#bundle = await bundleTestWorker();
    });
    afterAll(() => this.#bundle?.remove());
    beforeEach(async () => {
      this.folder = await realpath(await mkdtemp(join(tmpdir(), 'graft-package-')));
      this.archive = join(this.folder, 'corpus.graft.zip');
    });
    afterEach(async () => {
      for (const workspace of this.#opened.splice(0)) await workspace[Symbol.asyncDispose]();
      await rm(this.folder, { recursive: true, force: true });
    });
  }

  async workspace(name: string): Promise<Workspace> {
    const root = join(this.folder, name);
    await mkdir(root, { recursive: true });
    const workspace = await openWorkspace({
      root,
      modelsFolder: join(this.folder, `${name}-models`),
      registry: workerTestRegistry,
      ...(this.#bundle === undefined ? {} : { workerEntry: this.#bundle.entry }),
    });
    this.#opened.push(workspace);
    return workspace;
  }

  /** Anna's workspace: the graph, a text, and a run. */
  async withRun(): Promise<Workspace> {
    const anna = await this.workspace('anna');
    await writeFile(join(anna.root, file), graphText);
    await writeFile(join(anna.root, 'a.txt'), 'One. Two.');
    await runOf(anna);
    return anna;
  }

  /** The same, packed. */
  async packed(): Promise<Workspace> {
    const anna = await this.withRun();
    await anna.packages.pack(file, { data: true, artifacts: true }, this.archive);
    return anna;
  }
}

export async function runOf(workspace: Workspace, path = file, text = graphText) {
  const { finished } = await workspace.runs.start(parseGraph(text), path);
  return finished;
}
