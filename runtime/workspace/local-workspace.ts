import {
  findRows,
  readPage,
  resolveSources,
  orderRows,
  pickRows,
  RowReader,
  searchRows,
  type CancelOutcome,
  type RowMatches,
  type RowOrder,
  type RowSearch,
} from '@graft/engine';
import {
  expandExperiment,
  GraphError,
  type ActionStore,
  type ArtifactRef,
  type ArtifactStore,
  type EvidenceTable,
  type ExperimentEvent,
  type ExperimentPlan,
  type Graph,
  type GraphInterface,
  type Lock,
  type ModelFacts,
  type ModelLookup,
  type Plan,
  type Registry,
  type ResolvedSource,
  type RunEvent,
  type RunOrigin,
  type StepSummary,
} from '@graft/graph';
import {
  thisOwner,
  verifyAll,
  type RetentionPolicy,
  type RunJournal,
  type VerifyReport,
} from '@graft/store';
import { GraphPlanner } from './runs/graph-planner.ts';
import { interfaceOf } from './runs/run-inputs.ts';
import { AnswerAccuracy } from './labels/answer-accuracy.ts';
import { EmbeddingMaps } from './maps/embedding-maps.ts';
import { collectState, type CollectReport, type UnlistedSizes } from './runs/collect-state.ts';
import { Comparisons } from './compare/comparisons.ts';
import type { Examples } from './files/examples.ts';
import {
  Experiments,
  type ExperimentHandle,
  type ExperimentOptions,
} from './experiment/experiments.ts';
import { recordedTable } from './experiment/recorded-table.ts';
import { keepOrigin, type RunSettings } from './runs/run-origin.ts';
import { folderSize, PendingWork } from '@graft/kit';
import { exportArtifact } from './export/export-artifact.ts';
import type { ExportFormat } from './export/export-rows.ts';
import { writeFrozenRows, type OutputOfNode, type WrittenRows } from './files/frozen-rows.ts';
import { GraphWatcher } from './watch/graph-watcher.ts';
import { requireLocked, throwProblems } from './locks/graph-lock.ts';
import { GraphLocks } from './locks/graph-locks.ts';
import { WorkspacePackages } from './package/workspace-packages.ts';
import { explainGraph } from './runs/plan-report.ts';
import type { RowFile } from './files/row-files.ts';
import { watchSources } from './watch/watch-sources.ts';
import { WorkspaceModels } from './workers/workspace-models.ts';
import { WorkspaceFiles } from './uploads/workspace-files.ts';
import { secretStates } from './workers/secret-states.ts';
import { tidyUp, type WorkspaceParts } from './workspace-parts.ts';
import type { ArtifactPage, Workspace } from './workspace-api.ts';
import type { RunHandle, StartOptions } from './runs/run-handle.ts';
import type { PlanReport } from './runs/planned-steps.ts';
import type { GraphFile, ListedGraph } from './files/graph-files.ts';

/** A workspace whose stores, engine and worker are all on this machine. */
export class LocalWorkspace implements Workspace {
  readonly secretStates = secretStates;
  readonly root: string;
  readonly registry: Registry;
  readonly models: ModelLookup;
  readonly localModels: WorkspaceModels;
  readonly ownFiles: WorkspaceFiles;
  readonly artifacts: ArtifactStore;
  readonly actions: ActionStore;
  readonly runs: RunJournal;
  readonly packages: WorkspacePackages;
  readonly examples: Examples;
  readonly labels: Workspace['labels'];
  readonly scores: AnswerAccuracy;
  readonly maps: EmbeddingMaps;
  readonly comparisons: Comparisons;
  readonly #parts: WorkspaceParts;
  readonly #watcher: GraphWatcher;
  readonly #locks: GraphLocks;
  readonly #reader: RowReader;
  readonly #experiments: Experiments;
  readonly #planner: GraphPlanner;
  /** What still writes once a run has ended: its file's lock, and the tidying up. */
  readonly #afterRuns = new PendingWork();
  #closing: Promise<void> | undefined;

  constructor(parts: WorkspaceParts) {
    this.#parts = parts;
    this.root = parts.root;
    this.registry = parts.registry;
    this.models = parts.models;
    this.ownFiles = new WorkspaceFiles(parts);
    this.localModels = new WorkspaceModels(parts);
    this.artifacts = parts.stores.artifacts;
    this.actions = parts.stores.actions;
    this.runs = parts.stores.runs;
    this.examples = parts.examples;
    this.labels = parts.labels;
    this.#planner = new GraphPlanner(this, parts.graphs);
    this.#locks = new GraphLocks(parts, this.#planner);
    this.#reader = new RowReader(this.artifacts);
    this.scores = new AnswerAccuracy(this.artifacts);
    this.maps = new EmbeddingMaps(this.artifacts);
    this.comparisons = new Comparisons(this);
    this.#experiments = new Experiments({
      ...{ runs: this.runs, actions: this.actions, artifacts: this.artifacts },
      ...{ registry: this.registry, owner: thisOwner },
      relieve: (work) => parts.reserve.relieve('experiment', work),
      isFull: () => parts.reserve.isFull(),
    });
    this.packages = new WorkspacePackages({
      ...parts,
      read: (path) => parts.graphs.read(path),
      plan: (graph, file) => this.plan(graph, file),
    });
    this.#watcher = new GraphWatcher(parts.root, () => parts.graphs.list());
  }

  listGraphs(): Promise<readonly ListedGraph[]> {
    return this.#parts.graphs.list();
  }

  readGraph(path: string): Promise<GraphFile> {
    return this.#parts.graphs.read(path);
  }

  saveGraph(path: string, text: string, base: string | null): Promise<GraphFile> {
    return this.#parts.graphs.save(path, text, base);
  }

  lockedText(text: string, file: string): Promise<string> {
    return this.#locks.saved(text, file);
  }

  async renameGraph(from: string, to: string, base: string): Promise<GraphFile> {
    const file = await this.#parts.graphs.rename(from, to, base);
    await this.runs.renameFile(from, file.path);
    await this.#parts.received.renameFile(from, file.path);
    return file;
  }

  copyGraph(from: string, to: string): Promise<GraphFile> {
    return this.#parts.graphs.copy(from, to);
  }

  deleteGraph(path: string, base: string): Promise<{ readonly trashId: string }> {
    return this.#parts.graphs.delete(path, base);
  }

  restoreGraph(trashId: string): Promise<GraphFile> {
    return this.#parts.graphs.restore(trashId);
  }

  watch(changed: (path: string) => void): () => void {
    return this.#watcher.listen(changed);
  }

  watchSources(...asked: Parameters<Workspace['watchSources']>): () => void {
    const [watcher, planner] = [this.#watcher, this.#planner];
    return watchSources({ ...this.#parts, watcher, planner }, ...asked);
  }

  listModels(): readonly ModelFacts[] {
    return this.#parts.modelList.current();
  }

  matchFiles(patterns: readonly string[], limit: number): ReturnType<Workspace['matchFiles']> {
    return this.#parts.files.match(patterns, limit);
  }

  async plan(graph: Graph, file: string): Promise<Plan> {
    return (await this.#planner.plan(graph, file, {})).plan;
  }

  async interfaceOf(graph: Graph, file: string): Promise<GraphInterface> {
    return interfaceOf(await this.#planner.read(graph, file));
  }

  explain(graph: Graph, file: string, options: StartOptions = {}): Promise<PlanReport> {
    const { models } = this;
    const parts = { ...this.#parts, models, planner: this.#planner, locks: this.#locks };
    return explainGraph(parts, { graph, file }, options);
  }

  async start(graph: Graph, file: string, options: StartOptions = {}): Promise<RunHandle> {
    const { only, settings, inputs = {}, outputs = [] } = options;
    const isGiven = Object.keys(inputs).length > 0;
    const set = {
      ...(only === undefined ? {} : { only }),
      ...(outputs.length === 0 ? {} : { outputs }),
      ...(isGiven ? { inputs } : {}),
      ...settings,
    };
    const origin = settings === undefined && !isGiven ? {} : { scope: 'settings' };
    return this.#start(graph, file, { ...options, origin, set });
  }

  async planExperiment(graph: Graph, file: string, name: string): Promise<ExperimentPlan> {
    const { registry, models } = this;
    const { graphs } = await this.#planner.read(graph, file);
    return expandExperiment(graph, name, { registry, models, file, graphs });
  }

  async startExperiment(
    graph: Graph,
    file: string,
    { name, device = 'auto', locked = false }: ExperimentOptions,
  ): Promise<ExperimentHandle> {
    const plan = await this.planExperiment(graph, file, name);
    await this.#parts.state.check();
    await this.#parts.devices.require(device);
    this.#parts.keeper.beat();
    const references = await this.#planner.references(graph, file);
    const origin = await keepOrigin(this.artifacts, { graph, references, set: {} });
    return this.#experiments.start(plan, { file, device, origin }, async (variant, options) => {
      const { parent: _parent, scope: _scope, ...which } = options.origin;
      const set = { experiment: name, ...which, share: options.part?.share };
      return this.#start(variant, file, { ...options, locked, set });
    });
  }

  experimentEvents(
    runId: string,
    after: number,
    signal: AbortSignal,
  ): AsyncIterable<ExperimentEvent> {
    return this.#experiments.events(runId, after, signal);
  }

  experimentTable(runId: string): Promise<EvidenceTable> {
    return recordedTable(this, runId);
  }

  async #start(
    graph: Graph,
    file: string,
    options: StartOptions & { readonly origin: RunOrigin; readonly set: RunSettings },
  ): Promise<RunHandle> {
    const planned = await this.#planner.plan(graph, file, options);
    const { plan, given, references } = planned;
    const { device = 'auto', locked = false, revision, set } = options;
    const { state, devices, keeper, engine, files } = this.#parts;
    await state.check();
    await devices.require(device);
    const resolved = await resolveSources(plan, { files, models: this.models, file });
    throwProblems(resolved.problems);
    const checked = { file, locked, resolved };
    const { drift, problems } = await this.#locks.check(graph, planned, checked);
    throwProblems(problems);
    keeper.beat();
    const kept = await keepOrigin(this.artifacts, { graph, references, set });
    const origin = { ...options.origin, ...kept };
    const actions = await this.#parts.received.storeFor(file, this.actions);
    // What is known of a model only once it is downloaded.
    const allows = (sources: readonly ResolvedSource[]): void =>
      requireLocked(graph.lock, sources, file);
    const run = await engine.start(plan, {
      ...{ file, device, given, origin, actions, resolved, allows },
    });
    const finished = run.finished.then(async (end) => {
      const { only, outputs = [], inputs = {} } = options;
      const part = only !== undefined || outputs.length > 0 || Object.keys(inputs).length > 0;
      if (end.status === 'succeeded' && revision !== undefined && !part && !locked) {
        await this.#locks.lockAfterRun(planned, { file, revision, resolved });
      }
      return end;
    });
    this.#afterRuns.follow(finished);
    this.#afterRuns.follow(run.finished.then(() => tidyUp(this.#parts)));
    return { ...run, finished, drift };
  }

  lockOf(graph: Graph, file: string): Promise<Lock> {
    return this.#locks.taken(graph, file);
  }

  keptGraph(digest: string): Promise<Graph> {
    return this.#parts.kept.require(digest);
  }

  async cancel(runId: string): Promise<CancelOutcome> {
    return this.#experiments.cancel(runId) ?? this.#parts.engine.cancel(runId);
  }

  pinRun(runId: string, pinned: boolean): Promise<boolean> {
    return this.runs.pin(runId, pinned);
  }

  pruneRuns(policy: RetentionPolicy): Promise<string[]> {
    return this.runs.prune(policy);
  }

  events(runId: string, after: number, signal: AbortSignal): AsyncIterable<RunEvent> {
    return this.#parts.engine.events(runId, after, signal);
  }

  async why(runId: string, node: string): Promise<StepSummary> {
    const steps = await this.runs.steps(runId);
    const step = steps.find((one) => one.node === node);
    if (step !== undefined) return step;
    const nodes = steps.map((one) => one.node).join(', ') || 'no finished step';
    throw new GraphError(
      'unknown-node',
      `The run ${runId} has no step "${node}"; it has ${nodes}.`,
    );
  }

  page(artifact: ArtifactRef, offset: number, limit: number): Promise<ArtifactPage> {
    return readPage(this.artifacts, artifact, { offset, limit, reader: this.#reader });
  }

  pick(artifact: ArtifactRef, numbers: readonly number[]): Promise<readonly unknown[]> {
    return pickRows(this.artifacts, artifact, { numbers, reader: this.#reader });
  }

  order(artifact: ArtifactRef, order: RowOrder): Promise<readonly number[]> {
    return orderRows(this.artifacts, artifact, order);
  }

  search(artifact: ArtifactRef, search: RowSearch): Promise<RowMatches> {
    return searchRows({ artifacts: this.artifacts, reader: this.#reader }, artifact, search);
  }

  writeRows(output: OutputOfNode): Promise<WrittenRows> {
    return writeFrozenRows(this, output);
  }

  readFrozen(...asked: Parameters<Workspace['readFrozen']>): Promise<RowFile> {
    return this.#parts.frozen.read(...asked);
  }

  saveFrozen(...asked: Parameters<Workspace['saveFrozen']>): Promise<RowFile> {
    return this.#parts.frozen.save(...asked);
  }

  export(artifact: ArtifactRef, format: ExportFormat): AsyncIterable<string | Uint8Array> {
    return exportArtifact(this.artifacts, artifact, format);
  }

  rows(artifact: ArtifactRef, ids: readonly string[]): Promise<readonly unknown[]> {
    return findRows(this.artifacts, artifact, ids);
  }

  collectGarbage(maxSize: number): Promise<CollectReport> {
    return collectState(this.#parts, maxSize);
  }

  async unlistedSizes(): Promise<UnlistedSizes> {
    const { checkpointFolder, scratchFolder } = this.#parts;
    return {
      checkpoints: await folderSize(checkpointFolder),
      scratch: await folderSize(scratchFolder),
    };
  }

  verifyArtifacts(): Promise<VerifyReport> {
    return verifyAll(this.artifacts);
  }

  /** Cancels what runs, waits for its true end, then lets the worker and the database go. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { engine, supervisor, keeper, closeStores } = this.#parts;
    this.#watcher.close();
    await this.localModels.close();
    await this.#experiments.close();
    await engine.close();
    await this.#afterRuns.settled();
    await supervisor[Symbol.asyncDispose]();
    await keeper.close();
    await closeStores();
  }
}
