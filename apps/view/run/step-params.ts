import type { StepSummary } from '@graft/graph';

/** The value of a JSON text; undefined where it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The parameters that a step had, out of the parts of its cache key: but for long ones, of which these hold a digest. */
export function stepParams({
  parts,
}: Pick<StepSummary, 'parts'>): Readonly<Record<string, unknown>> {
  const entries = (parts ?? []).flatMap(({ name, value }): [string, unknown][] => {
    if (!name.startsWith('param.')) return [];
    const read = parsed(value);
    return read === undefined ? [] : [[name.slice('param.'.length), read]];
  });
  return Object.fromEntries(entries);
}
