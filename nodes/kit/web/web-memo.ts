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

export function partsOfKey(key: string): readonly string[] {
  return keySchema.parse(JSON.parse(key));
}

export function addressOf(key: string): string {
  return partsOfKey(key)[0] ?? '';
}
