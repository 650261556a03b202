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
  type ResolvedSource,
  type StepCheckpoints,
  type StepRequest,
  type StepStatus,
  type StepSummary,
} from '@graft/graph';

/** One step of a run as it goes. */
export interface StepState {
  readonly node: PlannedNode;
  /** As they were when its key was made. */
  sources: readonly ResolvedSource[];
  /** Keyed anew in this run, since its inputs had turned out to be others; that is done once. */
  renewed: boolean;
  readonly dependents: StepState[];
  /** Steps above that have not given their outputs yet. */
  waiting: number;
  status: StepStatus;
  key?: CacheKey;
  reason?: MissReason;
  outputs: Readonly<Record<string, ArtifactRef>>;
  items?: ItemCounts;
  device?: string;
  /** Most bytes that it claimed at a time. */
  memory?: number;
  /** Milliseconds of work. */
  ms: number;
  /** Of a reused result. */
  madeAt?: number;
  /** The package that a reused result came in. */
  from?: string;
  error?: GraphError;
  /** Of a step that trains. */
  checkpoints?: StepCheckpoints;
  /** Of a step that was skipped: the one that failed above it. */
  failedBy?: StepState;
  /** Of a loop: how far it is. */
  readonly loop: LoopProgress | undefined;
}

/** A loop as it goes. */
interface LoopProgress {
  readonly plan: PlannedLoop;
  /** By the path of a node without rounds. */
  readonly sources: StepInputs['sources'];
  /** The steps of each round that has begun, and what gives its outputs. */
  readonly rounds: {
    readonly steps: readonly StepState[];
    readonly outputs: Readonly<Record<string, Feed>>;
  }[];
  /** What gathers its rows, and by name what it gives; undefined before the last round has been had. */
  gathered?: {
    readonly steps: readonly StepState[];
    readonly outputs: Readonly<Record<string, Feed>>;
  };
  /** What its outputs come from, once it has ended. */
  gives?: Readonly<Record<string, Feed>>;
}

export type LoopStep = StepState & { readonly loop: LoopProgress };

export const isLoop = (step: StepState): step is LoopStep => step.loop !== undefined;

/** By input node, the artifact that a run was given from outside. */
export type GivenInputs = ReadonlyMap<string, ArtifactRef>;

/** What steps are made from beside a plan. */
export interface StepInputs {
  readonly sources: ReadonlyMap<string, readonly ResolvedSource[]>;
  readonly given?: GivenInputs;
}

/**
 * Adds the steps of a plan to those that are there already, which may feed them; those of inputs that are given have
 * ended before they begin. Returns the added ones.
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

/** The step that gives what a feed brings, and by which port; of a loop that has ended, that of the round that gave it. */
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

/** The artifact that a feed brings; what gives it has finished. */
export function artifactOf(
  feed: Feed,
  steps: ReadonlyMap<string, StepState>,
): ArtifactRef | undefined {
  const state = steps.get(feed.node);
  if (state?.loop === undefined) return state?.outputs[feed.port];
  const { step, port } = sourceOf(feed, steps);
  return step?.outputs[port];
}

/** The artifacts at a step's inputs; all steps above have finished. */
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

/** What is known of a step's inputs, now that all above have finished: an embedder by the artifact that holds it. */
export function facetsOf(step: StepState, steps: ReadonlyMap<string, StepState>): PortFacets {
  return Object.fromEntries(
    Object.entries(step.node.inputFacets).map(([port, facets]): [string, Facets] => {
      const { embedder } = facets;
      const [digest, ...others] = madeFor(step, port, steps);
      // What several rounds of a loop made is not one embedder.
      if (embedder === undefined || digest === undefined || others.length > 0)
        return [port, facets];
      return [port, { ...facets, embedder: { ...embedder, digest } }];
    }),
  );
}

/**
 * Digests of what was made of the embedder that facets of an input say is made above. They name its node as it is
 * planned, without rounds, so it is looked for on the way that it came: of a loop, the round is found that made it.
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

/** Whether the same output makes it, in whichever round. */
const isOf = (maker: MadeBy, other: MadeBy | undefined): boolean =>
  other?.node === maker.node && other.port === maker.port;

export const isFinished = (step: StepState): boolean =>
  step.status !== 'queued' && step.status !== 'running';

/** Whether what is below can use what it gave. */
export const hasOutputs = ({ status }: StepState): boolean =>
  status === 'cached' || status === 'succeeded';

/** A finished step as it is recorded. */
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
    ...(step.key === undefined ? {} : { cacheKey: step.key.value, parts: step.key.parts }),
    ...(marks === undefined ? {} : { fileMarks: marks }),
    ...(step.reason === undefined ? {} : { reason: step.reason }),
    outputs: step.outputs,
    ...(step.error === undefined ? {} : { error: step.error.toProblem() }),
    ...(step.checkpoints === undefined ? {} : { checkpoints: step.checkpoints }),
  };
}

/** What the execution backend is asked to do for a step. */
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
    device: run.device,
    attempt: run.attempt,
  };
}
