import {
  pathWithoutRounds,
  type ArtifactRef,
  type KeyPart,
  type MissReason,
  type Plan,
  type ResolvedSource,
  type StepSummary,
} from '@graft/graph';
import { ActionLookup } from './action-lookup.ts';
import { walkCache } from './cache-walk.ts';
import type { EngineParts } from './engine-parts.ts';
import { LoopRounds } from './loop-rounds.ts';
import { RunSteps } from './run-steps.ts';
import { keyParts, reasonFor } from './step-key.ts';
import { hasOutputs, type GivenInputs, type StepState } from './step-state.ts';

/** The checkpoint of an interrupted training. */
export interface LeftCheckpoint {
  /** Optimizer steps that are saved; 0: none. */
  readonly step: number;
  /** Whether that training still runs, and may save a later checkpoint. */
  readonly saving: boolean;
}

/** What a run would do with one step. */
export interface ExplainedStep {
  readonly node: string;
  readonly type: string;
  /** `unknown`: the digests of its inputs are known only after a step above has run. */
  readonly verdict: 'hit' | 'miss' | 'unknown';
  readonly cacheKey?: string;
  readonly parts?: readonly KeyPart[];
  readonly reason?: MissReason;
  readonly estimatedMs?: number;
  /** Of a hit: the outputs to reuse, by port. */
  readonly outputs?: Readonly<Record<string, ArtifactRef>>;
  /** The package that brought the result to reuse. */
  readonly from?: string;
  /** Of a miss that trains: the checkpoint to continue from. */
  readonly checkpoint?: LeftCheckpoint;
  /** Of a loop: the rounds of which something is known, and the limit. */
  readonly rounds?: { readonly known: number; readonly limit: number };
}

export interface ExplainRequest {
  readonly plan: Plan;
  readonly file: string;
  readonly device: string;
  readonly sources: ReadonlyMap<string, readonly ResolvedSource[]>;
  readonly given?: GivenInputs;
  /** Nodes whose sources have a problem: nothing is known about them, nor about the steps below. */
  readonly blocked: ReadonlySet<string>;
  /** The checkpoint that a step with this key would continue from; default: none. */
  readonly checkpoint?: (cacheKey: string) => Promise<LeftCheckpoint | undefined>;
}

/** Walks a plan through the cache as far as digests are known, and runs nothing. */
export async function explainPlan(
  parts: Pick<EngineParts, 'actions' | 'artifacts' | 'runs' | 'deviceOf' | 'engines'>,
  request: ExplainRequest,
): Promise<ExplainedStep[]> {
  const steps = new RunSteps(() => undefined);
  const loops = new LoopRounds({ steps, artifacts: parts.artifacts, emit: () => undefined });
  steps.add(request.plan, request);
  const last = await parts.runs.lastSteps(request.file);
  const known = await keyParts(parts, request.plan, request.device);
  const lookup = new ActionLookup(parts);
  const lastKeys = [...last.values()].flatMap(({ cacheKey }) => cacheKey ?? []);
  await lookup.prefetch(lastKeys);
  const estimate = estimator(last, (key) => {
    const found = lookup.known(key);
    return found === undefined || found === 'evicted' ? undefined : found.ms;
  });
  const missing = new Map<StepState, MissReason>();
  await walkCache({
    ...{ steps, loops, lookup, keyParts: known, signal: new AbortController().signal },
    isBlocked: ({ node }) => request.blocked.has(pathWithoutRounds(node.id)),
    hit(step, { outputs, from }) {
      step.outputs = outputs;
      if (from !== undefined) step.from = from;
      steps.close(step, 'cached');
    },
    miss(step) {
      missing.set(step, reasonFor(step, last.get(step.node.id)));
    },
  });
  const checkpoints = await leftCheckpoints(request, missing.keys());
  return [...steps.states.values()].map((step) =>
    explained(step, {
      ...{ reason: missing.get(step), estimate },
      checkpoint: checkpoints.get(step),
    }),
  );
}

async function leftCheckpoints(
  { checkpoint }: Pick<ExplainRequest, 'checkpoint'>,
  steps: Iterable<StepState>,
): Promise<ReadonlyMap<StepState, LeftCheckpoint>> {
  const found = new Map<StepState, LeftCheckpoint>();
  for (const step of steps) {
    const trains = step.node.definition.engines?.includes('training') === true;
    if (!trains || step.key === undefined) continue;
    const left = await checkpoint?.(step.key.value);
    if (left !== undefined) found.set(step, left);
  }
  return found;
}

function explained(
  step: StepState,
  {
    reason,
    estimate,
    checkpoint,
  }: {
    readonly reason: MissReason | undefined;
    readonly estimate: Estimate;
    readonly checkpoint: LeftCheckpoint | undefined;
  },
): ExplainedStep {
  const { id: node, definition } = step.node;
  const { key, from, loop } = step;
  const base = {
    ...{ node, type: definition.type },
    ...(key === undefined ? {} : { cacheKey: key.value, parts: key.parts }),
    ...(loop === undefined
      ? {}
      : { rounds: { known: loop.rounds.length, limit: loop.plan.limit } }),
  };
  if (hasOutputs(step)) {
    const { outputs } = step;
    return { ...base, verdict: 'hit', outputs, ...(from === undefined ? {} : { from }) };
  }
  if (reason !== undefined) {
    const left = checkpoint === undefined ? {} : { checkpoint };
    return { ...base, verdict: 'miss', reason, ...left, ...estimate(step) };
  }
  // The steps of a loop that has begun have estimates of their own.
  const isBegun = loop !== undefined && loop.rounds.length > 0;
  return { ...base, verdict: 'unknown', ...(isBegun ? {} : estimate(step)) };
}

type Estimate = (step: StepState) => { readonly estimatedMs?: number };

/** The duration of the node's last step. A step of another node, or with other inputs, tells nothing about it. */
function estimator(
  last: ReadonlyMap<string, StepSummary>,
  recorded: (key: string) => number | undefined,
): Estimate {
  return ({ node }) => {
    const step = last.get(node.id);
    // The name may have belonged to another node.
    if (step?.type !== node.definition.type) return {};
    const ran = step.status === 'succeeded' ? step.ms : undefined;
    const ms = ran ?? (step.cacheKey === undefined ? undefined : recorded(step.cacheKey));
    return ms === undefined ? {} : { estimatedMs: Math.round(ms) };
  };
}
