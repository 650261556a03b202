import {
  explainPlan,
  resolveSources,
  type CancelOutcome,
  type Engine,
  type EngineRun,
  type GivenInputs,
  type ResolvedSources,
  type Turn,
} from '@graft/engine';
import {
  GraphError,
  noFile,
  type ActionStore,
  type Graph,
  type Problem,
  type ResolvedSource,
  type RunEvent,
  type RunOrigin,
  type RunPast,
  type RunRecord,
  type StepSummary,
} from '@graft/graph';
import { PendingWork } from '@graft/kit';
import type { RunJournal } from '@graft/store';
import { leftCheckpoint } from '@graft/worker/state-folders';
import { engineVersions } from '@graft/worker/engine-versions';
import type { StateGuard } from '../files/state-folder.ts';
import { tableHeads } from '../files/table-heads.ts';
import { requireLocked, throwProblems, type Drift } from '../locks/graph-lock.ts';
import type { GraphLocks, GraphLocksParts } from '../locks/graph-locks.ts';
import type { GraphReader } from '../locks/used-graphs.ts';
import type { ReceivedPackages } from '../package/received-packages.ts';
import { deviceOfRun, operatorAccess } from '../workers/operator-access.ts';
import type { StepDevices } from '../workers/step-devices.ts';
import type { GraphPlanner, PlanAgainst, PlannedRun } from './graph-planner.ts';
import type { PlannedStep, PlanReport } from './planned-steps.ts';
import { remoteEstimate, type RemoteEstimate } from './remote-estimate.ts';
import { remoteProblems } from './remote-problems.ts';
import { keptOptionsSchema, type RunHandle, type StartOptions } from './run-handle.ts';
import { keepOrigin, readOrigin, type RunSettings } from './run-origin.ts';

export interface GraphRunsParts
  extends Pick<GraphLocksParts, 'files' | 'models'>, Pick<PlanAgainst, 'artifacts'> {
  readonly journal: RunJournal;
  readonly actions: ActionStore;
  readonly engine: Engine;
  readonly devices: StepDevices;
  readonly state: StateGuard;
  readonly received: ReceivedPackages;
  /** One folder for each interrupted step. */
  readonly checkpointFolder: string;
  readonly planner: GraphPlanner;
  readonly locks: GraphLocks;
  /** Whether another process continues the runs that start here, if this one ends. */
  readonly keepsOn: boolean;
  /** Cancels a run of an experiment; undefined for any other run. */
  readonly cancelExperiment: (runId: string) => CancelOutcome | undefined;
  /** What to do before each run and each experiment. */
  readonly makeReady: () => Promise<void>;
  /** What to do after each run. */
  readonly tidyUp: () => Promise<void>;
  /** Records what the results of an ended run show. */
  readonly recordScores: (runId: string) => Promise<unknown>;
}

/** A run that is about to start, with what its record says of its graph. */
export interface RecordedStart extends StartOptions {
  readonly origin: RunOrigin;
  readonly set: RunSettings;
  /** Of the experiment that it is part of. */
  readonly turn?: Turn;
}

/** A run that may start: its sources and its lock are right. */
interface ReadyRun {
  readonly planned: PlannedRun;
  readonly file: string;
  readonly device: string;
  readonly given: GivenInputs;
  readonly actions: ActionStore;
  readonly resolved: ResolvedSources;
  readonly allows: (sources: readonly ResolvedSource[]) => void;
  readonly drift: readonly Drift[];
}

/** Runs of graphs: what one would do, its start, its events and its end. */
export class GraphRuns {
  readonly #parts: GraphRunsParts;
  /** What still writes once a run has ended: its file's lock, and the tidying up. */
  readonly #afterRuns = new PendingWork();

  constructor(parts: GraphRunsParts) {
    this.#parts = parts;
  }

  /** The plan walked through the cache. Returns problems instead of throwing them. */
  async explain(graph: Graph, file: string, options: StartOptions = {}): Promise<PlanReport> {
    const { planner, locks, models, files, artifacts, actions, devices } = this.#parts;
    const { locked = false } = options;
    let planned: PlannedRun;
    let device: string;
    try {
      planned = await planner.plan(graph, file, options);
      device = await this.#deviceOf(options.device);
    } catch (error) {
      const refused = { graph, file, error, whole: options.only === undefined };
      const problems = await planner.problems(refused, files);
      // A graph that it uses and that has changed may be why.
      const references = await planner.references(graph, file);
      const drift = await locks.changedReferences(graph, references);
      return planReport([], { problems, drift, warnings: await this.#warnings(graph, file) });
    }
    const { plan, given } = planned;
    await this.#parts.state.check();
    const resolved = await resolveSources(plan, { files, models, file });
    const { sources, problems } = resolved;
    const blocked = new Set(problems.flatMap(({ location: { path, node } }) => path ?? node ?? []));
    const { checkpointFolder, journal: runs } = this.#parts;
    const nodes = await explainPlan(
      {
        ...{ artifacts, runs, actions: await this.#parts.received.storeFor(file, actions) },
        ...{ deviceOf: devices.deviceOf, engines: engineVersions },
      },
      {
        ...{ plan, file, device, sources, given, blocked },
        checkpoint: (key) => leftCheckpoint(checkpointFolder, key),
      },
    );
    const checked = await locks.check(graph, planned, { file, locked, resolved });
    const refused = await remoteProblems(plan, { steps: nodes, file, access: operatorAccess });
    const estimate = await remoteEstimate(plan, { steps: nodes, access: operatorAccess });
    return planReport(nodes, {
      estimate,
      problems: [...problems, ...checked.problems, ...refused],
      drift: checked.drift,
      warnings: await this.#warnings(graph, file),
    });
  }

  #warnings(graph: Graph, file: string): Promise<readonly Problem[]> {
    const { planner, files } = this.#parts;
    return planner.warnings(graph, file, (patterns) => tableHeads(patterns, files));
  }

  /** Throws what is wrong with the graph, its sources and its lock. */
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
    return this.startRecorded(graph, file, { ...options, origin, set });
  }

  /** As `start`, with another record: of a variant, say. */
  async startRecorded(graph: Graph, file: string, options: RecordedStart): Promise<RunHandle> {
    const { artifacts, engine, keepsOn } = this.#parts;
    const ready = await this.#ready(graph, file, options);
    const { planned, drift, ...start } = ready;
    const { set, turn } = options;
    // Whoever waits for a prompt to a model, or for a variant, is gone with this process.
    const goesOn = keepsOn && file !== noFile && options.origin.parent === undefined;
    const kept = await keepOrigin(artifacts, {
      ...{ graph, references: planned.references, set },
      ...(goesOn ? { options: keptOptionsSchema.parse(options) } : {}),
    });
    const origin = { ...options.origin, ...kept };
    const run = await engine.start(planned.plan, {
      ...{ ...start, origin },
      ...(turn === undefined ? {} : { turn }),
    });
    return { ...this.#followed(run, origin, { ready, options }), drift };
  }

  /**
   * Continues a run of a process that ended, which this one has taken over: the graph as it was, with the files of now.
   * Throws what keeps it from going on.
   */
  async continueRun(record: RunRecord, past: RunPast): Promise<void> {
    const { artifacts, engine } = this.#parts;
    const { graph, files, options } = await readOrigin(artifacts, record);
    const ready = await this.#ready(graph, record.file, { ...options, files });
    const { planned, drift: _drift, resolved, ...start } = ready;
    const run = engine.continue(record, {
      ...{ ...start, plan: planned.plan, sources: resolved.sources, past },
    });
    this.#followed(run, record, { ready, options });
  }

  /** What a run starts with. Throws what is wrong with the graph, its sources and its lock. */
  async #ready(
    graph: Graph,
    file: string,
    options: StartOptions & { readonly files?: GraphReader },
  ): Promise<ReadyRun> {
    const { planner, locks, files, models, received } = this.#parts;
    const planned = await planner.plan(graph, file, options);
    const { plan, given } = planned;
    const { locked = false } = options;
    const device = await this.prepare(options.device);
    const resolved = await resolveSources(plan, { files, models, file });
    throwProblems(resolved.problems);
    const { drift, problems } = await locks.check(graph, planned, { file, locked, resolved });
    throwProblems(problems);
    const actions = await received.storeFor(file, this.#parts.actions);
    // What is known of a model only once it is downloaded.
    const allows = (sources: readonly ResolvedSource[]): void =>
      requireLocked(graph.lock, sources, file);
    return { planned, file, device, given, actions, resolved, allows, drift };
  }

  /** Does what is left to do when a run has ended. */
  #followed(
    run: EngineRun,
    { parent }: RunOrigin,
    { ready, options }: { readonly ready: ReadyRun; readonly options: StartOptions },
  ): EngineRun {
    const { planned, file, resolved } = ready;
    const { locked = false, revision, only, outputs = [], inputs = {} } = options;
    const part = only !== undefined || outputs.length > 0 || Object.keys(inputs).length > 0;
    const finished = run.finished.then(async (end) => {
      if (end.status === 'succeeded' && revision !== undefined && !part && !locked) {
        await this.#parts.locks.lockAfterRun(planned, { file, revision, resolved });
      }
      return end;
    });
    this.#afterRuns.follow(finished);
    if (parent === undefined) {
      this.#afterRuns.follow(run.finished.then(() => this.#parts.recordScores(run.runId)));
    }
    this.#afterRuns.follow(run.finished.then(this.#parts.tidyUp));
    return { ...run, finished };
  }

  /** The device to run on: `named`, else the operator's. Throws where nothing can run there, or the state folder is gone. */
  async prepare(named: string | undefined): Promise<string> {
    await this.#parts.state.check();
    await this.#parts.makeReady();
    return this.#deviceOf(named);
  }

  /** Throws `bad-param` or `unavailable` for a device that cannot be. */
  requireDevice(device: string): Promise<void> {
    return this.#parts.devices.require(device);
  }

  #deviceOf(named: string | undefined): Promise<string> {
    return deviceOfRun(named, (device) => this.#parts.devices.require(device));
  }

  /** Of a run of any process that has this workspace open. */
  async cancel(runId: string): Promise<CancelOutcome> {
    return this.#parts.cancelExperiment(runId) ?? this.#parts.engine.cancel(runId);
  }

  /** Recorded events after `seq`, then live ones, until the run has finished or `signal` aborts. */
  events(runId: string, after: number, signal: AbortSignal): AsyncIterable<RunEvent> {
    return this.#parts.engine.events(runId, after, signal);
  }

  /** What a step came to, with every part of its cache key. Throws `unknown-node`. */
  async why(runId: string, node: string): Promise<StepSummary> {
    const steps = await this.#parts.journal.steps(runId);
    const step = steps.find((one) => one.node === node);
    if (step !== undefined) return step;
    const nodes = steps.map((one) => one.node).join(', ') || 'no finished step';
    throw new GraphError(
      'unknown-node',
      `The run ${runId} has no step "${node}"; it has ${nodes}.`,
    );
  }

  /** Cancels what runs and waits until nothing writes any more. */
  async close(): Promise<void> {
    await this.#parts.engine.close();
    await this.#afterRuns.settled();
  }
}

/** What a run would do, in numbers. */
function planReport(
  nodes: readonly PlannedStep[],
  {
    problems,
    drift,
    warnings,
    estimate = { dollars: new Map(), unknown: [] },
  }: {
    readonly problems: readonly Problem[];
    readonly drift: readonly Drift[];
    readonly warnings: readonly Problem[];
    readonly estimate?: RemoteEstimate;
  },
): PlanReport {
  const { dollars, unknown } = estimate;
  const reused = nodes.filter(({ verdict }) => verdict === 'hit').length;
  const estimates = nodes.flatMap(({ estimatedMs }) => estimatedMs ?? []);
  return {
    nodes: nodes.map((step) => {
      const most = dollars.get(step.node);
      return most === undefined ? step : { ...step, estimatedDollars: most };
    }),
    problems,
    reused,
    toRun: nodes.length - reused,
    ...(warnings.length === 0 ? {} : { warnings }),
    ...(drift.length === 0 ? {} : { drift }),
    ...(estimates.length === 0 ? {} : { estimatedMs: estimates.reduce((sum, ms) => sum + ms, 0) }),
    ...(dollars.size === 0
      ? {}
      : { estimatedDollars: [...dollars.values()].reduce((sum, most) => sum + most) }),
    ...(unknown.length === 0 ? {} : { unknownCost: unknown }),
  };
}
