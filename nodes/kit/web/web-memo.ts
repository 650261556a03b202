import type { RunContext } from '@graft/graph';
import { z } from 'zod';

const keySchema = z.array(z.string());

/** When the period began in which everything is looked at once; empty: never again. */
export function presentPeriod({ sources }: Pick<RunContext, 'sources'>): string {
  return sources.flatMap((one) => (one.kind === 'clock' ? [one.since] : [])).join();
}

/** The key of what is kept of an address, with all else that it depends on. */
export function memoKey(address: string, rest: readonly string[]): string {
  return JSON.stringify([address, ...rest]);
}

/** Computes what is missing of a memo by the addresses of its keys. */
export function byAddress<Value>(
  read: (address: string) => Promise<Value>,
): (keys: readonly string[]) => Promise<Value[]> {
  return (keys) => Promise.all(keys.map((key) => read(keySchema.parse(JSON.parse(key))[0] ?? '')));
}
