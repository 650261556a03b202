import type { FileSourceResolver } from '@graft/engine';
import { parseGraph, type RunStore } from '@graft/graph';
import type { GraphFiles } from '../files/graph-files.ts';
import type { GraphPlanner } from '../runs/graph-planner.ts';
import { ChangedGraphs } from './changed-graphs.ts';
import { ChangedRuns } from './changed-runs.ts';
import { ChangedSources, type SourceChange } from './changed-sources.ts';
import { FolderWatch } from './folder-watch.ts';

export interface WorkspaceChangesParts {
  /** A real path. */
  readonly root: string;
  readonly graphs: GraphFiles;
  readonly files: FileSourceResolver;
  readonly planner: GraphPlanner;
  readonly runs: RunStore;
}

/**
 * Tells of changes of files and runs, by whichever process or person. Hints of the folders and the clock only say when to
 * look; what is told is what a look found. Whatever listens gets a stop function.
 */
export class WorkspaceChanges {
  readonly graphs: ChangedGraphs;
  readonly runs: ChangedRuns;
  readonly #parts: WorkspaceChangesParts;
  readonly #folders: FolderWatch;

  constructor(parts: WorkspaceChangesParts) {
    this.#parts = parts;
    this.#folders = new FolderWatch(parts.root);
    this.graphs = new ChangedGraphs(this.#folders, () => parts.graphs.list());
    this.runs = new ChangedRuns(parts.runs);
  }

  /**
   * Calls back when files that a saved graph reads, itself or through graphs that it uses, have other bytes than before;
   * first with their present state. Files that Graft exported do not count.
   */
  sources(path: string, changed: (change: SourceChange) => void): () => void {
    const { root, graphs, files, planner } = this.#parts;
    const sources = new ChangedSources(
      {
        root,
        hints: (hint) => {
          const stopGraphs = this.graphs.listen(() => hint(true));
          const stopFolders = this.#folders.listen((what) => {
            if (what === 'other') hint(false);
          });
          return () => {
            stopGraphs();
            stopFolders();
          };
        },
        patterns: async () => {
          const { text } = await graphs.read(path);
          return planner.filePatterns(parseGraph(text, path), path);
        },
        files: (patterns) => files.watched(patterns),
      },
      changed,
    );
    return () => sources[Symbol.dispose]();
  }

  close(): void {
    this.runs.close();
    this.graphs.close();
    this.#folders.close();
  }
}
