import type { StepSummary } from '@graft/graph';
import { readJson } from '../read-json.ts';

/** The parameters that a step had, out of the parts of its cache key: but for long ones, of which these hold a digest. */
export function stepParams({
  parts,
}: Pick<StepSummary, 'parts'>): Readonly<Record<string, unknown>> {
  const entries = (parts ?? []).flatMap(({ name, value }): [string, unknown][] => {
    if (!name.startsWith('param.')) return [];
    const read = readJson(value);
    return read === undefined ? [] : [[name.slice('param.'.length), read]];
  });
  return Object.fromEntries(entries);
}
