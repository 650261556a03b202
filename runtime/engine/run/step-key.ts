import {
  cacheKey,
  explainMiss,
  plannedNodes,
  sameJson,
  type CacheKey,
  type EngineVersions,
  type KeyPart,
  type MissReason,
  type Plan,
  type StepRequest,
  type StepSummary,
} from '@graft/graph';
import type { EngineParts, StepDevice } from './engine-parts.ts';
import { facetsOf, inputsOf, type StepState } from './step-state.ts';

/** What a key depends on beside a step and its inputs. */
export interface KeyParts {
  readonly engines: EngineVersions;
  /** By node type; each is looked up once, before anything runs. */
  readonly devices: ReadonlyMap<string, StepDevice>;
}

/** Finds the devices of a plan's nodes, including those of its loops. */
export async function keyParts(
  parts: Pick<EngineParts, 'deviceOf' | 'engines'>,
  plan: Plan,
  device: string,
): Promise<KeyParts> {
  const devices = new Map<string, StepDevice>();
  for (const { definition } of plannedNodes(plan.nodes)) {
    const { type } = definition;
    if (!devices.has(type)) devices.set(type, await parts.deviceOf(definition, device));
  }
  return { engines: parts.engines, devices };
}

const cpu: StepDevice = { id: 'cpu', class: 'cpu' };

/** The device that a step computes on. */
export const deviceOf = ({ node }: StepState, { devices }: KeyParts): StepDevice =>
  devices.get(node.definition.type) ?? cpu;

/** The cache key of a step whose inputs are all known. */
export function stepKey(
  step: StepState,
  steps: ReadonlyMap<string, StepState>,
  parts: KeyParts,
): CacheKey {
  const inputs = Object.fromEntries(
    Object.entries(inputsOf(step, steps)).map(([port, refs]) => [
      port,
      refs.map(({ digest }) => digest),
    ]),
  );
  const given = new Set(Object.values(inputs).flat());
  const embedders = Object.fromEntries(
    Object.entries(facetsOf(step, steps)).flatMap(([port, { embedder }]): [string, string][] => {
      if (embedder?.madeBy === undefined || embedder.digest === undefined) return [];
      return given.has(embedder.digest) ? [] : [[port, embedder.digest]];
    }),
  );
  return cacheKey({
    node: step.node,
    ...{ inputs, embedders },
    sources: step.sources,
    deviceClass: deviceOf(step, parts).class,
    engines: parts.engines,
  });
}

/** The last outputs of a node in this file, if its key differs only in the inputs. */
export function previousOutputs(
  { key }: Pick<StepState, 'key'>,
  last: StepSummary | undefined,
): StepRequest['previous'] {
  const withoutInputs = (parts: readonly KeyPart[] = []): unknown =>
    parts.filter(({ name }) => !name.startsWith('input.'));
  if (last === undefined || key === undefined) return undefined;
  return sameJson(withoutInputs(last.parts), withoutInputs(key.parts)) ? last.outputs : undefined;
}

/** Why a step must run, compared with the last key of its node in this file. */
export function reasonFor(
  { node: { definition }, key, sources }: Pick<StepState, 'node' | 'key' | 'sources'>,
  last: StepSummary | undefined,
): MissReason {
  if (definition.caching === 'volatile') return { kind: 'volatile' };
  const reason = explainMiss(last?.parts, key?.parts ?? [], {
    marks: last?.fileMarks,
    sources,
  });
  if (reason.kind !== 'evicted') return reason;
  // Such steps had no outputs that could have been evicted.
  if (last?.status !== 'succeeded' && last?.status !== 'cached') return { kind: 'unfinished' };
  const failed = last.items?.failed ?? 0;
  return failed > 0 ? { kind: 'incomplete', failed } : reason;
}
