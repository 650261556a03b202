import type { ActionRecord } from '@graft/graph';
import type { ActionLookup } from './action-lookup.ts';
import type { LoopRounds } from './loop-rounds.ts';
import type { RunSteps } from './run-steps.ts';
import { stepKey, type KeyParts } from './step-key.ts';
import { isLoop, type StepState } from './step-state.ts';

/** Milliseconds of walking between two pauses for other work of the process. */
const pauseEvery = 20;

export interface CacheWalkParts {
  readonly steps: RunSteps;
  readonly loops: LoopRounds;
  readonly lookup: ActionLookup;
  readonly keyParts: KeyParts;
  readonly signal: AbortSignal;
  /** Steps about which nothing is known; default: none. */
  readonly isBlocked?: (step: StepState) => boolean;
  /** Ends steps that need no lookup, and says so; default: none. */
  readonly restore?: (step: StepState) => boolean;
  readonly hit: (step: StepState, record: ActionRecord) => void;
  readonly miss: (step: StepState) => void;
}

/** Keys ready steps and looks them up, wave by wave: hits make further steps ready and advance loops. */
export async function walkCache(walk: CacheWalkParts): Promise<void> {
  let pausedAt = performance.now();
  while (walk.steps.anyReady && !walk.signal.aborted) {
    await walkWave(walk, walk.steps.takeReady());
    if (performance.now() - pausedAt < pauseEvery) continue;
    await new Promise((resolve) => setImmediate(resolve));
    pausedAt = performance.now();
  }
}

async function walkWave(walk: CacheWalkParts, wave: readonly StepState[]): Promise<void> {
  const { steps, loops, lookup, keyParts, signal, isBlocked, restore } = walk;
  const keyed: { readonly step: StepState; readonly key: string }[] = [];
  for (const step of wave) {
    if (isBlocked?.(step) === true) continue;
    if (isLoop(step)) await loops.advance(step);
    else {
      step.key = stepKey(step, steps.states, keyParts);
      if (restore?.(step) === true) continue;
      keyed.push({ step, key: step.key.value });
    }
  }
  const cacheable = keyed.filter(({ step }) => !isVolatile(step));
  const unknown = cacheable.filter(({ key }) => lookup.known(key) === undefined);
  if (unknown.length > 0) await lookup.find(unknown.map(({ key }) => key));
  if (signal.aborted) return;
  for (const { step } of keyed) {
    const found = cachedResult(step, lookup);
    if (found === undefined) walk.miss(step);
    else walk.hit(step, found);
  }
}

/** The stored result of a step with a key, if it may be used and is known without waiting. */
export function cachedResult(step: StepState, lookup: ActionLookup): ActionRecord | undefined {
  if (isVolatile(step) || step.key === undefined) return undefined;
  const found = lookup.known(step.key.value);
  return found === undefined || found === 'evicted' || !isResultOf(step, found) ? undefined : found;
}

/** A received record fits the step if it has the outputs of the step. */
export function isResultOf({ node }: StepState, { from, outputs }: ActionRecord): boolean {
  if (from === undefined) return true;
  const ports = Object.entries(node.definition.outputs);
  return (
    ports.length === Object.keys(outputs).length &&
    ports.every(([port, { type }]) => outputs[port]?.mediaType === type.mediaType)
  );
}

export const isVolatile = ({ node }: StepState): boolean => node.definition.caching === 'volatile';
