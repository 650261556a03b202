import type { StepSummary } from '@graft/graph';
import { z } from 'zod';

const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('not JSON');
    return z.NEVER;
  }
});

/** The parameters that a step had, out of the parts of its cache key: but for long ones, of which these hold a digest. */
export function stepParams({
  parts,
}: Pick<StepSummary, 'parts'>): Readonly<Record<string, unknown>> {
  const entries = (parts ?? []).flatMap(({ name, value }): [string, unknown][] => {
    if (!name.startsWith('param.')) return [];
    const read = jsonText.safeParse(value);
    return read.success ? [[name.slice('param.'.length), read.data]] : [];
  });
  return Object.fromEntries(entries);
}
