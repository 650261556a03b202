import type { KeyPart } from '../contracts/action.ts';
import type { MissReason } from '../contracts/run-event.ts';

/**
 * Why a step must run, from the parts of its key the last time and now: `first` when there is no last
 * time, `changed` with the parts that differ, `evicted` when none does.
 */
export function explainMiss(
  before: readonly KeyPart[] | undefined,
  after: readonly KeyPart[],
): MissReason {
  if (before === undefined) return { kind: 'first' };
  const old = new Map(before.map(({ name, value }) => [name, value]));
  const now = new Map(after.map(({ name, value }) => [name, value]));
  const parts: { name: string; before?: string; after?: string }[] = [];
  for (const [name, value] of now) {
    const was = old.get(name);
    if (was === undefined) parts.push({ name, after: value });
    else if (was !== value) parts.push({ name, before: was, after: value });
  }
  for (const [name, value] of old) if (!now.has(name)) parts.push({ name, before: value });
  return parts.length === 0 ? { kind: 'evicted' } : { kind: 'changed', parts };
}
