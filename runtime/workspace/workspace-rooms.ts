import type { ActionStore, ArtifactStore, Outages, Registry } from '@graft/graph';
import type { ArtifactRows, FileSourceResolver } from '@graft/engine';
import type { RunJournal } from '@graft/store';
import type { Comparisons } from './compare/comparisons.ts';
import type { Experiments } from './experiment/experiments.ts';
import type { Examples } from './files/examples.ts';
import type { Fleet } from './fleet/fleet.ts';
import type { FrozenFiles } from './files/frozen-files.ts';
import type { GraphFiles } from './files/graph-files.ts';
import type { AnswerAccuracy } from './labels/answer-accuracy.ts';
import type { AnswerTraces } from './labels/answer-traces.ts';
import type { LabelFiles } from './labels/label-files.ts';
import type { GraphLocks } from './locks/graph-locks.ts';
import type { KeptGraphs } from './locks/kept-graphs.ts';
import type { EmbeddingMaps } from './maps/embedding-maps.ts';
import type { WorkspacePackages } from './package/workspace-packages.ts';
import type { GraphPlanner } from './runs/graph-planner.ts';
import type { GraphRuns } from './runs/graph-runs.ts';
import type { RunHistory } from './runs/run-history.ts';
import type { ModelTrials } from './runs/model-trials.ts';
import type { StateStorage } from './runs/state-storage.ts';
import type { WorkspaceFiles } from './uploads/workspace-files.ts';
import type { WorkspaceChanges } from './watch/workspace-changes.ts';
import type { WorkspaceModels } from './workers/workspace-models.ts';

/**
 * A workspace opened for work, as a record of its rooms: each holds what belongs to one thing, and callers use it directly.
 * All paths are below the workspace; a path outside throws `outside-workspace`.
 */
export interface Workspace extends AsyncDisposable {
  /** The workspace's folder, a real path. */
  readonly root: string;
  readonly registry: Registry;
  readonly artifacts: ArtifactStore;
  readonly actions: ActionStore;
  /** The records of all runs, whichever process ran them. */
  readonly journal: RunJournal;
  /** Graph files: list, read, save, rename, copy, delete, restore. */
  readonly graphs: GraphFiles;
  /** The locks of graph files. */
  readonly locks: GraphLocks;
  /** Graph files as others were locked to them. */
  readonly keptGraphs: KeptGraphs;
  /** Tells of changes of graph files, of what they read, and of runs. */
  readonly changes: WorkspaceChanges;
  /** The database and the bucket, while requests wait for them. */
  readonly outages: Outages;
  readonly plans: GraphPlanner;
  readonly runs: GraphRuns;
  readonly experiments: Experiments;
  readonly comparisons: Comparisons;
  readonly rows: ArtifactRows;
  /** The number of answers of an artifact that agree with their references. */
  readonly scores: AnswerAccuracy;
  /** Lists of runs, by their scores, notes and tags. */
  readonly history: RunHistory;
  /** Where wrong answers were lost between question and answer. */
  readonly traces: AnswerTraces;
  /** The vectors of an artifact on a plane. */
  readonly maps: EmbeddingMaps;
  /** Files of frozen rows. */
  readonly frozen: FrozenFiles;
  /** Files of labels, made for git. */
  readonly labels: LabelFiles;
  /** The files of the workspace's folder, and uploads into it. */
  readonly files: WorkspaceFiles;
  /** What the patterns of a `files` parameter match. */
  readonly sources: Pick<FileSourceResolver, 'match'>;
  readonly models: WorkspaceModels;
  /** The workers of other machines. */
  readonly fleet: Fleet;
  /** Single prompts to models. */
  readonly trials: ModelTrials;
  /** Graphs with all that belongs to them in one file. */
  readonly packages: WorkspacePackages;
  /** Graphs that came with Graft. */
  readonly examples: Examples;
  /** Room on the disk. */
  readonly storage: StateStorage;
}
