import type {
  ActionStore,
  ArtifactRef,
  ArtifactStore,
  EvidenceTable,
  ExperimentEvent,
  ExperimentPlan,
  Graph,
  GraphInterface,
  Lock,
  ModelFacts,
  ModelLookup,
  Plan,
  Registry,
  RunEvent,
  RunStore,
  StepSummary,
} from '@graft/graph';
import type { SecretState } from '@graft/backends/access';
import type { CancelOutcome, RowMatches, RowOrder, RowSearch } from '@graft/engine';
import type { RetentionPolicy, VerifyReport } from '@graft/store';
import type { Examples } from './files/examples.ts';
import type { ExperimentHandle, ExperimentOptions } from './experiment/experiments.ts';
import type { FrozenEdit } from './files/frozen-files.ts';
import type { OutputOfNode, WrittenRows } from './files/frozen-rows.ts';
import type { LabelFiles } from './labels/label-files.ts';
import type { RowFile, SizeLimit } from './files/row-files.ts';
import type { SourceChange } from './watch/source-watcher.ts';
import type { WorkspacePackages } from './package/workspace-packages.ts';
import type { WorkspaceFiles } from './uploads/workspace-files.ts';
import type { WorkspaceModels } from './workers/workspace-models.ts';
import type { AnswerAccuracy } from './labels/answer-accuracy.ts';
import type { EmbeddingMaps } from './maps/embedding-maps.ts';
import type { Comparisons } from './compare/comparisons.ts';
import type { ExportFormat } from './export/export-rows.ts';
import type { GraphFile, ListedGraph } from './files/graph-files.ts';
import type { PlanReport } from './runs/planned-steps.ts';
import type { StartOptions, RunHandle } from './runs/run-handle.ts';
import type { CollectReport, UnlistedSizes } from './runs/collect-state.ts';

/** A page of an artifact, for previews. `rows` are validated by the port type; vectors come as number arrays. */
export interface ArtifactPage {
  readonly total: number;
  readonly rows: readonly unknown[];
}

/**
 * A workspace opened for work: its files, stores, engine and supervised worker, joined.
 * All paths are below the workspace; one outside throws `outside-workspace`.
 */
export interface Workspace extends AsyncDisposable {
  readonly root: string;
  readonly registry: Registry;
  readonly models: ModelLookup;
  /** What of the catalogue can be had here, and its downloads. */
  readonly localModels: WorkspaceModels;
  /** The files of the workspace's folder, to choose from, and to bring there from elsewhere. */
  readonly ownFiles: WorkspaceFiles;
  readonly artifacts: ArtifactStore;
  readonly actions: ActionStore;
  readonly runs: RunStore;
  /** Graphs with what belongs to them in one file, for others and from others. */
  readonly packages: WorkspacePackages;
  /** Graphs that came with Graft, to begin with. */
  readonly examples: Examples;
  /** What people say of answers, in files made for git. */
  readonly labels: LabelFiles;
  /** How many answers of an artifact agree with their references. */
  readonly scores: Pick<AnswerAccuracy, 'of'>;
  /** Where the vectors of an artifact lie. */
  readonly maps: Pick<EmbeddingMaps, 'of' | 'vectors' | 'questions'>;
  readonly comparisons: Comparisons;

  listGraphs(): Promise<readonly ListedGraph[]>;
  readGraph(path: string): Promise<GraphFile>;
  /**
   * Atomic. `base` is the revision that the text was made from, null for a new file.
   * Throws `stale-save` when the file has another revision by now, `name-taken` when a new one is there already,
   * `bad-name` for what is no graph file, or in a hidden folder.
   */
  saveGraph(path: string, text: string, base: string | null): Promise<GraphFile>;
  /**
   * The text of a graph as it is to be saved: its lock brought up to what its files hold, quickly; models that have
   * other bytes than were locked stay so until they are taken. Text that is no graph comes back as it is.
   */
  lockedText(text: string, file: string): Promise<string>;
  /** Gives a file at revision `base` another name. Throws as `saveGraph` does; nothing is ever replaced. */
  renameGraph(from: string, to: string, base: string): Promise<GraphFile>;
  /** The same bytes under a name that is free. */
  copyGraph(from: string, to: string): Promise<GraphFile>;
  /** Deletes a file at revision `base`; its bytes are kept in the state folder for `restoreGraph`. */
  deleteGraph(path: string, base: string): Promise<{ readonly trashId: string }>;
  /** Writes a deleted file back, byte for byte, with a number where another has its name by now. Throws `missing-file`. */
  restoreGraph(trashId: string): Promise<GraphFile>;
  /** Calls back when a graph file changes on disk, whoever changed it. Returns the stop function. */
  watch(changed: (path: string) => void): () => void;
  /**
   * Calls back when files have other bytes than before that a graph file reads, as it is saved, itself or through those it
   * uses, and first with how they are; what Graft exported there is no change. Returns the stop function.
   */
  watchSources(path: string, changed: (change: SourceChange) => void): () => void;

  /** The models of the catalogue, to choose from. */
  listModels(): readonly ModelFacts[];
  /** The secrets that whoever runs Graft has set, and where each may be sent; never a value. */
  secretStates(): Promise<readonly SecretState[]>;
  /**
   * What the patterns of a `files` parameter match below the workspace, without hashing: the total, and the
   * first `limit` paths, sorted.
   */
  matchFiles(
    patterns: readonly string[],
    limit: number,
  ): Promise<{ readonly total: number; readonly paths: readonly string[] }>;

  /** Reads the graphs that it uses and validates; throws the first problem with all of them in `problems`. */
  plan(graph: Graph, file: string): Promise<Plan>;
  /** What a graph takes and gives, and the parameters that it exposes. */
  interfaceOf(graph: Graph, file: string): Promise<GraphInterface>;
  /** The plan walked through the cache. Problems are returned, not thrown. */
  explain(graph: Graph, file: string, options?: StartOptions): Promise<PlanReport>;
  start(graph: Graph, file: string, options?: StartOptions): Promise<RunHandle>;
  /** The variants of an experiment; throws as `expandExperiment` does. */
  planExperiment(graph: Graph, file: string, name: string): Promise<ExperimentPlan>;
  /** Runs an experiment of a file: its variants in one pool, what they share once. */
  startExperiment(
    graph: Graph,
    file: string,
    options: ExperimentOptions,
  ): Promise<ExperimentHandle>;
  /** Recorded events of a run of an experiment after `seq`, then live ones, until it has finished or `signal` aborts. */
  experimentEvents(
    runId: string,
    after: number,
    signal: AbortSignal,
  ): AsyncIterable<ExperimentEvent>;
  /** The table of a run of an experiment, whichever process runs or ran it: of what there is so far. */
  experimentTable(runId: string): Promise<EvidenceTable>;
  /** The graph's lock with every source as it is now, models and graphs too: what `graft lock` writes into its file. */
  lockOf(graph: Graph, file: string): Promise<Lock>;
  /** A graph file as others were locked to it, by the digest of its meaning. Throws `missing-file` where it is not kept here. */
  keptGraph(digest: string): Promise<Graph>;
  /** Of a run of any process that has this workspace open. */
  cancel(runId: string): Promise<CancelOutcome>;
  /** Recorded events after `seq`, then live ones, until the run has finished or `signal` aborts. */
  events(runId: string, after: number, signal: AbortSignal): AsyncIterable<RunEvent>;
  why(runId: string, node: string): Promise<StepSummary>;
  page(artifact: ArtifactRef, offset: number, limit: number): Promise<ArtifactPage>;
  /** The rows with these ids, in the artifact's order; ids that it has not are left out. */
  rows(artifact: ArtifactRef, ids: readonly string[]): Promise<readonly unknown[]>;

  /** The rows with these numbers, from 0, in their order. */
  pick(artifact: ArtifactRef, numbers: readonly number[]): Promise<readonly unknown[]>;
  /** The numbers of all rows, from 0, in the order of a column. Throws `bad-input` for one that they have not. */
  order(artifact: ArtifactRef, order: RowOrder): Promise<readonly number[]>;
  /** Rows of an artifact that hold a text, wherever they are. */
  search(artifact: ArtifactRef, search: RowSearch): Promise<RowMatches>;
  /** Writes an output's rows to a file of the workspace, for `load-rows`. Throws `bad-input` for what has no rows of text. */
  writeRows(output: OutputOfNode): Promise<WrittenRows>;
  /**
   * The text of a file of frozen rows, `frozen/….jsonl`, of at most `atMost` bytes. Throws `missing-file`, `too-large`,
   * `bad-encoding`, `outside-workspace`, and `bad-name` for any other file.
   */
  readFrozen(file: string, limit: SizeLimit): Promise<RowFile>;
  /**
   * Gives such a file other rows. Atomic. Throws as `readFrozen` does; `bad-row` with each row that is none of its type,
   * `bad-input` where none is left, `stale-save` when the file has another revision by now.
   */
  saveFrozen(edit: FrozenEdit, limit: SizeLimit): Promise<RowFile>;
  /** All rows of an artifact, written for use elsewhere, in blocks of text. */
  export(artifact: ArtifactRef, format: ExportFormat): AsyncIterable<string | Uint8Array>;

  /** Keeps a run from being pruned, or lets it go again. False where there is no such run. */
  pinRun(runId: string, pinned: boolean): Promise<boolean>;
  /** Deletes old runs; gives their ids. Never one that is under way, pinned, or holds what a node last gave. */
  pruneRuns(policy: RetentionPolicy): Promise<string[]>;

  /**
   * Brings artifacts and items below `maxSize` bytes, least recently used first; running runs keep theirs. Checkpoints
   * of steps that nobody went on with for a week, and scratch of processes that are gone, go in any case.
   */
  collectGarbage(maxSize: number): Promise<CollectReport>;
  /** Bytes of the state folder beside artifacts and items. */
  unlistedSizes(): Promise<UnlistedSizes>;
  /** Re-hashes every artifact and removes the damaged ones. */
  verifyArtifacts(): Promise<VerifyReport>;
}
