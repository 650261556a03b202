import {
  cacheKey,
  explainMiss,
  type CacheKey,
  type MissReason,
  type NodeType,
  type StepSummary,
} from '@graft/graph';
import type { EngineParts } from './engine-parts.ts';
import { inputsOf, type StepState } from './step-state.ts';

/** Device classes of a run's nodes, asked for once, before anything runs. */
export async function deviceClasses(
  parts: Pick<EngineParts, 'deviceClass'>,
  steps: Iterable<StepState>,
  device: string,
): Promise<ReadonlyMap<string, string>> {
  const classes = new Map<string, string>();
  for (const { node } of steps) {
    const { type, device: needs } = node.definition;
    if (classes.has(type) || !needs.affectsResult) continue;
    classes.set(type, await parts.deviceClass(node.definition, device));
  }
  return classes;
}

/** The cache key of a step whose inputs are all known. */
export function stepKey(
  step: StepState,
  steps: ReadonlyMap<string, StepState>,
  classes: ReadonlyMap<string, string>,
): CacheKey {
  const inputs = Object.fromEntries(
    Object.entries(inputsOf(step, steps)).map(([port, refs]) => [
      port,
      refs.map(({ digest }) => digest),
    ]),
  );
  return cacheKey({
    node: step.node,
    inputs,
    sources: step.sources,
    deviceClass: classes.get(step.node.definition.type) ?? 'cpu',
  });
}

/** Why a step must run, against the last time that its node had a key in this file. */
export function reasonFor(
  definition: NodeType,
  last: StepSummary | undefined,
  key: CacheKey | undefined,
): MissReason {
  if (definition.caching === 'volatile') return { kind: 'volatile' };
  const reason = explainMiss(last?.parts, key?.parts ?? []);
  const gaveResult = last?.status === 'succeeded' || last?.status === 'cached';
  // A step that failed or was cancelled left nothing that could have been evicted.
  return reason.kind === 'evicted' && !gaveResult ? { kind: 'first' } : reason;
}
