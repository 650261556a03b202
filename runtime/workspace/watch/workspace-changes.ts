import type { FileSourceResolver } from '@graft/engine';
import { parseGraph } from '@graft/graph';
import type { GraphFiles } from '../files/graph-files.ts';
import type { GraphPlanner } from '../runs/graph-planner.ts';
import { GraphWatcher } from './graph-watcher.ts';
import { type SourceChange, SourceWatcher, type WatchedSources } from './source-watcher.ts';

export interface WorkspaceChangesParts {
  /** A real path. */
  readonly root: string;
  readonly graphs: GraphFiles;
  readonly files: FileSourceResolver;
  readonly planner: GraphPlanner;
}

/** Tells of changes on disk, by whichever process or person. */
export class WorkspaceChanges {
  readonly #parts: WorkspaceChangesParts;
  readonly #watcher: GraphWatcher;

  constructor(parts: WorkspaceChangesParts) {
    this.#parts = parts;
    this.#watcher = new GraphWatcher(parts.root, () => parts.graphs.list());
  }

  /** Calls back when a graph file changes. Returns the stop function. */
  graphs(changed: (path: string) => void): () => void {
    return this.#watcher.listen(changed);
  }

  /**
   * Calls back when files that a saved graph reads, itself or through graphs that it uses, have other bytes than before;
   * first with their present state. Files that Graft exported do not count. Returns the stop function.
   */
  sources(path: string, changed: (change: SourceChange) => void): () => void {
    const { root, graphs, files, planner } = this.#parts;
    const sources: WatchedSources = {
      root,
      hints: (hint) => {
        const stops = [
          this.#watcher.listen(() => hint(true)),
          this.#watcher.hint(() => hint(false)),
        ];
        return () => {
          for (const stop of stops) stop();
        };
      },
      patterns: async () => {
        const { text } = await graphs.read(path);
        return planner.filePatterns(parseGraph(text, path), path);
      },
      files: (patterns) => files.watched(patterns),
    };
    const looking = new SourceWatcher(sources, changed);
    return () => looking[Symbol.dispose]();
  }

  close(): void {
    this.#watcher.close();
  }
}
