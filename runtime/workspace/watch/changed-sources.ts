import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { WatchedFile } from '@graft/engine';
import { RepeatedLook } from './repeated-look.ts';

/** What changed among the files that a graph reads. */
export interface SourceChange {
  /** Some of them, sorted; all where there are few. */
  readonly files: readonly string[];
  readonly total: number;
  /**
   * Of all of them: another where any was written to. Whoever stops and watches again learns by it whether something
   * changed meanwhile, from what is told first, which names none.
   */
  readonly state: string;
  /** Of the patterns of the files that the graph reads: another where it names others, whose files have not changed by that. */
  readonly reads: string;
}

/** What is watched, and with what. */
export interface WatchedSources {
  /** The workspace's folder. */
  readonly root: string;
  /** Calls back when anything in the workspace may have changed; `graph`: a graph file has. Returns the stop function. */
  readonly hints: (hint: (graph: boolean) => void) => () => void;
  /** Patterns of the files that the graph reads, as it is saved. */
  readonly patterns: () => Promise<readonly string[]>;
  /** What patterns match now; those that match nothing give none. */
  readonly files: (patterns: readonly string[]) => Promise<readonly WatchedFile[]>;
}

/** Milliseconds; a look reads files, so it takes at most a tenth of the time. */
const times = { quiet: 300, longest: 2_000, rest: { times: 10, longest: 5_000 } } as const;
/** Files named at most. */
const named = 20;
/** Stands in a folder that a node exported, which runs change themselves. */
const exportMark = '.graft-export.json';

/** A file as it was when it was looked at; its digest where that was known. */
interface Seen {
  readonly stamp: string;
  readonly digest: string | undefined;
}

/**
 * Tells which of the files that a graph reads have other bytes than before, are new or gone; first how they are. A file
 * that was only touched has not changed, and what Graft exported is no change.
 */
export class ChangedSources implements Disposable {
  readonly #watched: WatchedSources;
  readonly #changed: (change: SourceChange) => void;
  readonly #unhint: () => void;
  readonly #looks: RepeatedLook;
  #patterns: readonly string[] = [];
  #seen: ReadonlyMap<string, Seen> | undefined;
  #graphChanged = true;
  #stopped = false;

  constructor(watched: WatchedSources, changed: (change: SourceChange) => void) {
    this.#watched = watched;
    this.#changed = changed;
    this.#looks = new RepeatedLook(() => this.#look(), times);
    this.#unhint = watched.hints((graph) => {
      this.#graphChanged ||= graph;
      this.#looks.hint();
    });
  }

  [Symbol.dispose](): void {
    this.#stopped = true;
    this.#looks[Symbol.dispose]();
    this.#unhint();
  }

  async #look(): Promise<void> {
    if (this.#graphChanged) {
      this.#graphChanged = false;
      const patterns = await this.#watched.patterns().catch((error: unknown) => {
        this.#graphChanged = true;
        throw error;
      });
      // Other files: how they were before is not known.
      if (JSON.stringify(patterns) !== JSON.stringify(this.#patterns)) this.#seen = undefined;
      this.#patterns = patterns;
    }
    const before = this.#seen;
    const now = new Map<string, Seen>();
    const found: string[] = [];
    for (const file of await this.#watched.files(this.#patterns)) {
      const { path, stamp } = file;
      const old = before?.get(path);
      const isSame = before === undefined || old?.stamp === stamp;
      const digest = isSame ? (old?.digest ?? file.known) : await file.digest();
      now.set(path, { stamp, digest });
      if (!isSame && (old === undefined || old.digest !== digest)) found.push(path);
    }
    for (const path of before?.keys() ?? []) if (!now.has(path)) found.push(path);
    this.#seen = now;
    const isExport = exportsIn(this.#watched.root);
    const changes = found.filter((path) => !isExport(path)).sort();
    if (this.#stopped || (changes.length === 0 && before !== undefined)) return;
    const stamps = [...now].flatMap(([path, { stamp }]) => (isExport(path) ? [] : [path, stamp]));
    const [state, reads] = [digestOf(stamps), digestOf(this.#patterns)];
    this.#changed({ files: changes.slice(0, named), total: changes.length, state, reads });
  }
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** Tells of paths in a workspace whether a run exported them: into their folder, or one around it. */
function exportsIn(root: string): (path: string) => boolean {
  const known = new Map<string, boolean>();
  const isExported = (folder: string): boolean => {
    // Runs export into folders below the workspace's own.
    if (folder === '.' || folder === dirname(folder)) return false;
    const isOne =
      known.get(folder) ??
      (existsSync(join(root, folder, exportMark)) || isExported(dirname(folder)));
    known.set(folder, isOne);
    return isOne;
  };
  return (path) => isExported(dirname(path));
}
