import type { StepStatus, StepSummary } from '@graft/graph';

/** One node in two runs. */
export interface ComparedStep {
  readonly node: string;
  /** Undefined where the run had no such node. */
  readonly before: StepStatus | undefined;
  readonly after: StepStatus | undefined;
  readonly msBefore: number;
  readonly msAfter: number;
  readonly output: 'same output' | 'other output' | 'no output';
  /** Parts of the cache key that differ. */
  readonly parts: readonly {
    readonly name: string;
    readonly before: string | undefined;
    readonly after: string | undefined;
  }[];
}

/** Two runs node by node, in the order of the second; nodes that only the first had come last. */
export function compareSteps(
  before: readonly StepSummary[],
  after: readonly StepSummary[],
): readonly ComparedStep[] {
  const old = new Map(before.map((step) => [step.node, step]));
  const kept = new Set(after.map((step) => step.node));
  return [
    ...after.map((step) => compareStep(step.node, old.get(step.node), step)),
    ...before
      .filter((step) => !kept.has(step.node))
      .map((step) => compareStep(step.node, step, undefined)),
  ];
}

function compareStep(
  node: string,
  a: StepSummary | undefined,
  b: StepSummary | undefined,
): ComparedStep {
  return {
    node,
    before: a?.status,
    after: b?.status,
    msBefore: a?.ms ?? 0,
    msAfter: b?.ms ?? 0,
    output: compareOutputs(a, b),
    parts: a === undefined || b === undefined ? [] : changedParts(a, b),
  };
}

function compareOutputs(
  a: StepSummary | undefined,
  b: StepSummary | undefined,
): ComparedStep['output'] {
  const ports = Object.keys(b?.outputs ?? {});
  if (ports.length === 0 || Object.keys(a?.outputs ?? {}).length === 0) return 'no output';
  return ports.every((port) => a?.outputs[port]?.digest === b?.outputs[port]?.digest)
    ? 'same output'
    : 'other output';
}

function changedParts(a: StepSummary, b: StepSummary): ComparedStep['parts'] {
  const values = (step: StepSummary): Map<string, string> =>
    new Map((step.parts ?? []).map(({ name, value }) => [name, value]));
  const [before, after] = [values(a), values(b)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => ({ name, before: before.get(name), after: after.get(name) }));
}
