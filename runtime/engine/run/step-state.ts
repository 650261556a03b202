import {
  fileMarks,
  laneOf,
  pathWithoutRounds,
  type ArtifactRef,
  type CacheKey,
  type Facets,
  type Feed,
  type GraphError,
  type ItemCounts,
  type MadeBy,
  type MissReason,
  type Plan,
  type PlannedLoop,
  type PlannedNode,
  type PortFacets,
  type RemoteUsage,
  type ResolvedSource,
  type StepCheckpoints,
  type StepRequest,
  type StepStatus,
  type StoredCheckpoint,
  type StepSummary,
} from '@graft/graph';

/** The state of one step of a run. */
export interface StepState {
  readonly node: PlannedNode;
  /** The sources in its key. */
  sources: readonly ResolvedSource[];
  /** Whether it got a new key in this run because its inputs changed; that happens once. */
  renewed: boolean;
  readonly dependents: StepState[];
  /** Steps above without outputs yet. */
  waiting: number;
  status: StepStatus;
  key?: CacheKey;
  reason?: MissReason;
  outputs: Readonly<Record<string, ArtifactRef>>;
  items?: ItemCounts;
  device?: string;
  /** Most bytes that it claimed at once. */
  memory?: number;
  /** What it asked servers for, in all attempts. */
  remote?: RemoteUsage | undefined;
  /** Milliseconds of work. */
  ms: number;
  /** Of a reused result. */
  madeAt?: number;
  /** The package that brought a reused result. */
  from?: string;
  error?: GraphError;
  /** Of a step that trains. */
  checkpoints?: StepCheckpoints;
  /** Of a step that trains elsewhere: what the artifact store has, for its next attempt. */
  checkpoint?: StoredCheckpoint;
  /** Of a skipped step: the failed step above. */
  failedBy?: StepState;
  /** Of a loop: its progress. */
  readonly loop: LoopProgress | undefined;
}

/** The state of a loop. */
interface LoopProgress {
  readonly plan: PlannedLoop;
  /** By the path of a node without rounds. */
  readonly sources: StepInputs['sources'];
  /** The steps of each begun round, and the feeds of its outputs. */
  readonly rounds: {
    readonly steps: readonly StepState[];
    readonly outputs: Readonly<Record<string, Feed>>;
  }[];
  /** The steps that gather its rows, and their outputs by name; undefined before the last round has ended. */
  gathered?: {
    readonly steps: readonly StepState[];
    readonly outputs: Readonly<Record<string, Feed>>;
  };
  /** The feeds of its outputs, once it has ended. */
  gives?: Readonly<Record<string, Feed>>;
}

export type LoopStep = StepState & { readonly loop: LoopProgress };

export const isLoop = (step: StepState): step is LoopStep => step.loop !== undefined;

/** Artifacts given to a run from outside, by input node. */
export type GivenInputs = ReadonlyMap<string, ArtifactRef>;

/** What steps depend on beside a plan. */
export interface StepInputs {
  readonly sources: ReadonlyMap<string, readonly ResolvedSource[]>;
  readonly given?: GivenInputs;
}

/**
 * Adds the steps of a plan to existing steps, which may feed them. Steps of given inputs have ended already. Returns the
 * added steps.
 */
export function addSteps(
  steps: Map<string, StepState>,
  plan: Plan,
  { sources, given }: StepInputs,
): readonly StepState[] {
  const added = plan.nodes.map((node): StepState => {
    const artifact = given?.get(node.id);
    return {
      node,
      sources: sources.get(pathWithoutRounds(node.id)) ?? [],
      renewed: false,
      dependents: [],
      waiting: 0,
      status: artifact === undefined ? 'queued' : 'cached',
      outputs: artifact === undefined ? {} : { value: artifact },
      ms: 0,
      loop: node.loop && { plan: node.loop, sources, rounds: [] },
    };
  });
  for (const step of added) steps.set(step.node.id, step);
  for (const step of added) {
    for (const above of stepsAbove(step, steps)) {
      if (hasOutputs(above)) continue;
      above.dependents.push(step);
      step.waiting += 1;
    }
  }
  return added;
}

/** The step and port behind a feed. Of an ended loop, the step of the round that produced the output. */
export function sourceOf(
  feed: Feed,
  steps: ReadonlyMap<string, StepState>,
): { readonly step: StepState | undefined; readonly port: string } {
  const step = steps.get(feed.node);
  const behind = step?.loop?.gives?.[feed.port];
  return behind === undefined ? { step, port: feed.port } : sourceOf(behind, steps);
}

/** The steps that feed a step, each once. */
export function stepsAbove(step: StepState, steps: ReadonlyMap<string, StepState>): Set<StepState> {
  const above = new Set<StepState>();
  for (const feeds of Object.values(step.node.inputs)) {
    for (const feed of feeds) {
      const state = steps.get(feed.node);
      const source = state?.loop === undefined ? state : sourceOf(feed, steps).step;
      if (source !== undefined) above.add(source);
    }
  }
  return above;
}

/** The artifact of a feed, whose step has finished. */
export function artifactOf(
  feed: Feed,
  steps: ReadonlyMap<string, StepState>,
): ArtifactRef | undefined {
  const state = steps.get(feed.node);
  if (state?.loop === undefined) return state?.outputs[feed.port];
  const { step, port } = sourceOf(feed, steps);
  return step?.outputs[port];
}

/** The artifacts at a step's inputs, whose steps have finished. */
export function inputsOf(
  step: StepState,
  steps: ReadonlyMap<string, StepState>,
): Record<string, ArtifactRef[]> {
  const inputs: Record<string, ArtifactRef[]> = {};
  for (const [port, feeds] of Object.entries(step.node.inputs)) {
    inputs[port] = feeds.flatMap((feed) => artifactOf(feed, steps) ?? []);
  }
  return inputs;
}

/** The facets of a step's inputs, once all steps above have finished: an embedder is named by its artifact. */
export function facetsOf(step: StepState, steps: ReadonlyMap<string, StepState>): PortFacets {
  return Object.fromEntries(
    Object.entries(step.node.inputFacets).map(([port, facets]): [string, Facets] => {
      const { embedder } = facets;
      const [digest, ...others] = madeFor(step, port, steps);
      // Several rounds of a loop made several embedders.
      if (embedder === undefined || digest === undefined || others.length > 0)
        return [port, facets];
      return [port, { ...facets, embedder: { ...embedder, digest } }];
    }),
  );
}

/**
 * The digests of the embedders that the facets of an input name. Facets name the planned node, without rounds, so the
 * search follows the feeds of the input: of a loop, it finds the round that made the embedder.
 */
function madeFor(
  { node }: StepState,
  port: string,
  steps: ReadonlyMap<string, StepState>,
): ReadonlySet<string> {
  const digests = new Set<string>();
  const maker = node.inputFacets[port]?.embedder?.madeBy;
  if (maker === undefined) return digests;
  const passed = new Set<StepState>();
  const open = [...(node.inputs[port] ?? [])];
  for (let feed = open.pop(); feed !== undefined; feed = open.pop()) {
    const { step, port: output } = sourceOf(feed, steps);
    if (step === undefined || passed.has(step)) continue;
    if (pathWithoutRounds(step.node.id) === maker.node && output === maker.port) {
      const made = step.outputs[output];
      if (made !== undefined) digests.add(made.digest);
      continue;
    }
    passed.add(step);
    for (const [name, { embedder }] of Object.entries(step.node.inputFacets)) {
      if (!isOf(maker, embedder?.madeBy)) continue;
      for (const above of step.node.inputs[name] ?? []) open.push(above);
    }
  }
  return digests;
}

/** Whether it is the same output, of any round. */
const isOf = (maker: MadeBy, other: MadeBy | undefined): boolean =>
  other?.node === maker.node && other.port === maker.port;

export const isFinished = (step: StepState): boolean =>
  step.status !== 'queued' && step.status !== 'running';

/** Whether steps below can use its outputs. */
export const hasOutputs = ({ status }: StepState): boolean =>
  status === 'cached' || status === 'succeeded';

/** The record of a finished step. */
export function summarize(step: StepState): StepSummary {
  const marks = step.key === undefined ? undefined : fileMarks(step.sources);
  return {
    node: step.node.id,
    type: step.node.definition.type,
    status: step.status,
    ms: Math.round(step.ms * 10) / 10,
    ...(step.madeAt === undefined ? {} : { madeAt: step.madeAt }),
    ...(step.from === undefined ? {} : { from: step.from }),
    ...(step.device === undefined ? {} : { device: step.device }),
    ...(step.memory === undefined ? {} : { memory: step.memory }),
    ...(step.items === undefined ? {} : { items: step.items }),
    ...(step.remote === undefined ? {} : { remote: step.remote }),
    ...(step.key === undefined ? {} : { cacheKey: step.key.value, parts: step.key.parts }),
    ...(marks === undefined ? {} : { fileMarks: marks }),
    ...(step.reason === undefined ? {} : { reason: step.reason }),
    outputs: step.outputs,
    ...(step.error === undefined ? {} : { error: step.error.toProblem() }),
    ...(step.checkpoints === undefined ? {} : { checkpoints: step.checkpoints }),
  };
}

/** The request to the execution backend for a step. */
export function toRequest(
  step: StepState,
  run: {
    readonly runId: string;
    readonly device: string;
    readonly attempt: number;
    readonly inputs: StepRequest['inputs'];
    readonly inputFacets: PortFacets;
    readonly familyParts: StepRequest['familyParts'];
    readonly previous: StepRequest['previous'];
    readonly memory: number | undefined;
  },
): StepRequest {
  return {
    runId: run.runId,
    node: step.node.id,
    type: step.node.definition.type,
    lane: laneOf(step.node.definition),
    params: step.node.params,
    inputs: run.inputs,
    sources: step.sources,
    inputFacets: run.inputFacets,
    cacheKey: step.key?.value ?? '',
    familyParts: run.familyParts,
    ...(run.previous === undefined ? {} : { previous: run.previous }),
    ...(run.memory === undefined ? {} : { memory: run.memory }),
    ...(step.checkpoint === undefined ? {} : { checkpoint: step.checkpoint }),
    device: run.device,
    attempt: run.attempt,
    ...(step.node.definition.caching === 'volatile' ? { volatile: true } : {}),
  };
}
