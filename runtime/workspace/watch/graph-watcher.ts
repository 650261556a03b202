import { watch, type FSWatcher } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { GraphFile } from '../files/graph-files.ts';
import { graphSuffix } from '../files/graph-path.ts';

type Listed = Omit<GraphFile, 'text'>;

/** Milliseconds of quiet before a change is looked at: editors and git write in bursts, which put that off for so long at most. */
const quiet = 100;
const longest = 1_000;
/** Milliseconds between two looks where folders cannot be watched. */
const pollEvery = 1000;
/** Folders watched at most; a workspace of more is polled. */
const maxFolders = 4000;
const ignored: ReadonlySet<string> = new Set(['.graft', '.git', 'node_modules']);

/** Milliseconds between two hints where folders cannot be watched. */
const hintEvery = 5_000;

/** Tells which graph files have other contents than before, whoever wrote them, and hints at changes of other files. */
export class GraphWatcher {
  readonly #root: string;
  readonly #list: () => Promise<readonly Listed[]>;
  readonly #listeners = new Set<(path: string) => void>();
  readonly #hints = new Set<() => void>();
  readonly #folders = new Map<string, FSWatcher>();
  #known: Map<string, string> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** When the first change came that no look has answered yet. */
  #armed: number | undefined;
  #poll: NodeJS.Timeout | undefined;
  #hintPoll: NodeJS.Timeout | undefined;
  #looking = false;

  constructor(root: string, list: () => Promise<readonly Listed[]>) {
    this.#root = root;
    this.#list = list;
  }

  /** Returns the stop function. */
  listen(changed: (path: string) => void): () => void {
    this.#listeners.add(changed);
    if (this.#listeners.size === 1) void this.#start();
    return () => {
      this.#listeners.delete(changed);
      if (this.#listeners.size === 0) this.close();
    };
  }

  /** Calls back when a file that is no graph may have changed, as long as somebody listens. Returns the stop function. */
  hint(changed: () => void): () => void {
    this.#hints.add(changed);
    return () => {
      this.#hints.delete(changed);
    };
  }

  close(): void {
    this.#listeners.clear();
    this.#hints.clear();
    clearTimeout(this.#timer);
    clearInterval(this.#poll);
    clearInterval(this.#hintPoll);
    this.#hintPoll = undefined;
    this.#timer = undefined;
    this.#armed = undefined;
    this.#poll = undefined;
    for (const watcher of this.#folders.values()) watcher.close();
    this.#folders.clear();
    this.#known = undefined;
  }

  async #start(): Promise<void> {
    await this.#look();
    await this.#add(this.#root);
  }

  /** Watches a folder and those below it. */
  async #add(folder: string): Promise<void> {
    if (this.#folders.has(folder) || this.#poll !== undefined) return;
    if (this.#listeners.size === 0) return;
    if (this.#folders.size >= maxFolders) {
      this.#pollInstead();
      return;
    }
    try {
      const watcher = watch(folder, { persistent: false }, (event, name) => {
        if (name === null || name.endsWith(graphSuffix)) this.#arm();
        if (name?.endsWith(graphSuffix) === true) return;
        if (name !== null && ignored.has(name)) return;
        this.#hintAll();
        if (name === null) return;
        const path = join(folder, name);
        // What stands there now may be another folder, of which the watch of the one before hears nothing.
        if (event === 'rename' && this.#folders.has(path)) this.#drop(path);
        void this.#addIfFolder(path);
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

  /** Watches a folder no more, nor those below it: with it graph files may have gone. */
  #drop(folder: string): void {
    this.#arm();
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
    this.#arm();
    this.#hintAll();
  }

  #hintAll(): void {
    for (const hint of this.#hints) hint();
  }

  #pollInstead(): void {
    this.#poll ??= setInterval(() => {
      void this.#look();
    }, pollEvery).unref();
    this.#hintPoll ??= setInterval(() => this.#hintAll(), hintEvery).unref();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const now = Date.now();
    this.#armed ??= now;
    const left = Math.max(0, Math.min(quiet, this.#armed + longest - now));
    this.#timer = setTimeout(() => {
      this.#armed = undefined;
      void this.#look();
    }, left).unref();
  }

  async #look(): Promise<void> {
    if (this.#looking) {
      this.#arm();
      return;
    }
    this.#looking = true;
    try {
      const before = this.#known;
      const listed = await this.#list().catch(() => undefined);
      // What cannot be listed now is with the next event.
      if (listed === undefined) return;
      const now = new Map(listed.map(({ path, revision }) => [path, revision]));
      this.#known = now;
      if (before === undefined) return;
      const paths = new Set([...before.keys(), ...now.keys()]);
      for (const path of paths) {
        if (before.get(path) === now.get(path)) continue;
        for (const listener of this.#listeners) listener(path);
      }
    } finally {
      this.#looking = false;
    }
  }
}
