import type { GraphFile } from '../files/graph-files.ts';
import type { FolderWatch } from './folder-watch.ts';
import { RepeatedLook } from './repeated-look.ts';

type Listed = Omit<GraphFile, 'text'>;

/** Milliseconds: editors and git write in bursts. */
const times = { quiet: 100, longest: 1_000 } as const;

/** Tells which graph files have other contents than at the last look, whoever wrote them. */
export class ChangedGraphs {
  readonly #folders: Pick<FolderWatch, 'listen'>;
  readonly #list: () => Promise<readonly Listed[]>;
  readonly #listeners = new Set<(path: string) => void>();
  #stop: (() => void) | undefined;

  constructor(folders: Pick<FolderWatch, 'listen'>, list: () => Promise<readonly Listed[]>) {
    this.#folders = folders;
    this.#list = list;
  }

  /** Calls back with the path of each graph file that changes. Returns the stop function. */
  listen(changed: (path: string) => void): () => void {
    this.#listeners.add(changed);
    this.#stop ??= this.#start();
    return () => {
      this.#listeners.delete(changed);
      if (this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    this.#listeners.clear();
    this.#stop?.();
    this.#stop = undefined;
  }

  #start(): () => void {
    let isStopped = false;
    let known: ReadonlyMap<string, string> | undefined;
    const look = new RepeatedLook(async () => {
      const listed = await this.#list();
      const now = new Map(listed.map(({ path, revision }) => [path, revision]));
      const before = known;
      known = now;
      if (before === undefined || isStopped) return;
      for (const path of new Set([...before.keys(), ...now.keys()])) {
        if (before.get(path) === now.get(path)) continue;
        for (const listener of this.#listeners) listener(path);
      }
    }, times);
    const unhint = this.#folders.listen((hint) => {
      if (hint === 'graph') look.hint();
    });
    return () => {
      isStopped = true;
      unhint();
      look[Symbol.dispose]();
    };
  }
}
