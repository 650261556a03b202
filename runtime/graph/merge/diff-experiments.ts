import { sameJson } from '../base/canonical-json.ts';
import { own, sortedKeys } from '../base/record.ts';
import type { Experiment, Experiments } from '../format/experiment.ts';

/** A change of an experiment: of a field, or of one entry of `vary`, `arms` or the limit. */
export interface ExperimentChange {
  readonly experiment: string;
  /** `vary.chunk.size`, `metrics`; absent: the whole experiment was added or removed. */
  readonly field?: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** The differences from `a` to `b`, sorted by experiment, then field. */
export function diffExperiments(a: Experiments, b: Experiments): ExperimentChange[] {
  return sortedKeys({ ...a, ...b }).flatMap((experiment): ExperimentChange[] => {
    const before = own(a, experiment);
    const after = own(b, experiment);
    if (sameJson(before, after)) return [];
    if (before === undefined || after === undefined) return [{ experiment, before, after }];
    const [old, now] = [fieldsOf(before), fieldsOf(after)];
    return sortedKeys({ ...old, ...now }).flatMap((field) => {
      const values = { before: own(old, field), after: own(now, field) };
      return sameJson(values.before, values.after) ? [] : { experiment, field, ...values };
    });
  });
}

function fieldsOf(experiment: Experiment): Record<string, unknown> {
  const { vary, arms, limit, extra, ...fields } = experiment;
  const named = (name: string, values: object | undefined): [string, unknown][] =>
    Object.entries(values ?? {}).map(([key, value]) => [`${name}.${key}`, value]);
  return Object.fromEntries([
    ...Object.entries(fields),
    ...named('vary', vary),
    ...named('arms', arms),
    ...named('limit', limit),
    ...Object.entries(extra ?? {}),
  ]);
}
