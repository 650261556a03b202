import type { FileSourceResolver } from '@graft/engine';
import { parseGraph, type Material, type RunStore } from '@graft/graph';
import type { GraphFiles } from '../files/graph-files.ts';
import type { GraphPlanner } from '../runs/graph-planner.ts';
import { ChangedGraphs } from './changed-graphs.ts';
import { ChangedRuns } from './changed-runs.ts';
import { ChangedSources, type SourceChange } from './changed-sources.ts';
import { FolderWatch } from './folder-watch.ts';
import { RepeatedLook } from './repeated-look.ts';

export interface WorkspaceChangesParts {
  /** A real path. */
  readonly root: string;
  readonly graphs: GraphFiles;
  readonly files: FileSourceResolver;
  readonly planner: GraphPlanner;
  readonly runs: RunStore;
  /** Looks through the workspace's files for what they offer to begin a graph with. */
  readonly material: () => Promise<Material>;
}

/** Milliseconds; a look reads tables, so it takes at most a tenth of the time. */
const materialTimes = { quiet: 300, longest: 2_000, rest: { times: 10, longest: 5_000 } } as const;

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

  /** Calls back with what the workspace's files offer to begin a graph with, at first and whenever it is another. */
  material(changed: (material: Material) => void): () => void {
    let isStopped = false;
    let known: string | undefined;
    const look = new RepeatedLook(async () => {
      const material = await this.#parts.material();
      const before = known;
      known = JSON.stringify(material);
      if (!isStopped && known !== before) changed(material);
    }, materialTimes);
    const unhint = this.#folders.listen((hint) => {
      if (hint === 'other') look.hint();
    });
    return () => {
      isStopped = true;
      unhint();
      look[Symbol.dispose]();
    };
  }

  close(): void {
    this.runs.close();
    this.graphs.close();
    this.#folders.close();
  }
}
