import { watch, type FSWatcher } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { graphSuffix } from '../files/graph-path.ts';

/** What may have changed: a graph file, or any other file or folder. */
export type Hint = 'graph' | 'other';

/** Folders watched at most; a workspace of more is polled. */
const maxFolders = 4000;
/** Milliseconds between two hints where folders cannot be watched. */
const hintEvery = { graph: 1_000, other: 5_000 } as const;
const ignored: ReadonlySet<string> = new Set(['.graft', '.git', 'node_modules']);

/** Hints at changes below a folder, as long as somebody listens. */
export class FolderWatch {
  readonly #root: string;
  readonly #listeners = new Set<(hint: Hint) => void>();
  readonly #folders = new Map<string, FSWatcher>();
  #polls: NodeJS.Timeout[] = [];

  constructor(root: string) {
    this.#root = root;
  }

  /** Returns the stop function. */
  listen(hinted: (hint: Hint) => void): () => void {
    this.#listeners.add(hinted);
    if (this.#listeners.size === 1) void this.#add(this.#root);
    return () => {
      this.#listeners.delete(hinted);
      if (this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    this.#listeners.clear();
    for (const poll of this.#polls.splice(0)) clearInterval(poll);
    for (const watcher of this.#folders.values()) watcher.close();
    this.#folders.clear();
  }

  #hint(hint: Hint): void {
    for (const listener of this.#listeners) listener(hint);
  }

  /** Watches a folder and those below it. */
  async #add(folder: string): Promise<void> {
    if (this.#folders.has(folder) || this.#polls.length > 0) return;
    if (this.#listeners.size === 0) return;
    if (this.#folders.size >= maxFolders) {
      this.#pollInstead();
      return;
    }
    try {
      const watcher = watch(folder, { persistent: false }, (event, name) => {
        this.#told(folder, event, name);
      });
      watcher.on('error', () => {
        watcher.close();
        if (this.#folders.get(folder) === watcher) this.#folders.delete(folder);
      });
      this.#folders.set(folder, watcher);
      for (const entry of await readdir(folder, { withFileTypes: true })) {
        if (entry.isDirectory() && !ignored.has(entry.name)) {
          await this.#add(join(folder, entry.name));
        }
      }
    } catch (error) {
      // Gone meanwhile, or the system's watches are used up.
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'ENOSPC' || code === 'EMFILE') this.#pollInstead();
    }
  }

  #told(folder: string, event: string, name: string | null): void {
    if (name === null || name.endsWith(graphSuffix)) this.#hint('graph');
    if (name?.endsWith(graphSuffix) === true) return;
    if (name !== null && ignored.has(name)) return;
    this.#hint('other');
    if (name === null) return;
    const path = join(folder, name);
    // Another folder may stand there now, whose events the old watch does not hear.
    if (event === 'rename' && this.#folders.has(path)) this.#drop(path);
    void this.#addIfFolder(path);
  }

  /** Stops watching a folder and those below it. Graph files may have gone with it. */
  #drop(folder: string): void {
    this.#hint('graph');
    for (const [path, watcher] of this.#folders) {
      if (path !== folder && !path.startsWith(folder + sep)) continue;
      watcher.close();
      this.#folders.delete(path);
    }
  }

  async #addIfFolder(path: string): Promise<void> {
    if (this.#folders.has(path)) return;
    const isFolder = await readdir(path).then(
      () => true,
      () => false,
    );
    if (!isFolder) return;
    await this.#add(path);
    // A folder may have come with graph files in it.
    this.#hint('graph');
    this.#hint('other');
  }

  #pollInstead(): void {
    if (this.#polls.length > 0) return;
    for (const hint of ['graph', 'other'] as const) {
      this.#polls.push(setInterval(() => this.#hint(hint), hintEvery[hint]).unref());
    }
  }
}
