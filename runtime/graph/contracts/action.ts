import { z } from 'zod';
import { artifactRefSchema } from './artifact.ts';

/** One part of a cache key, kept to explain a miss: `param.size` = `512`. */
export const keyPartSchema = z.object({ name: z.string(), value: z.string() });
export type KeyPart = z.infer<typeof keyPartSchema>;

/** A cache key and its parts. `value` is the sha256 of their canonical encoding. */
export const cacheKeySchema = z.object({ value: z.string(), parts: z.array(keyPartSchema) });
export type CacheKey = z.infer<typeof cacheKeySchema>;

/** Recorded result of a step. */
export const actionRecordSchema = z.object({
  key: z.string(),
  nodeType: z.string(),
  outputs: z.record(z.string(), artifactRefSchema),
  /** Rows of a map-type node. */
  items: z.number().int().optional(),
  /** Duration in milliseconds, for estimates. */
  ms: z.number(),
  createdAt: z.number(),
  /** The package that it came in, until somebody trusts it. Never stored. */
  from: z.string().optional(),
});
export type ActionRecord = z.infer<typeof actionRecordSchema>;

/** Cache key → output digests. */
export interface ActionStore {
  getMany(keys: readonly string[]): Promise<Map<string, ActionRecord>>;
  /** Durable once it resolves. Later records replace earlier ones of the same key. */
  putMany(records: readonly ActionRecord[]): Promise<void>;
  /** Marks as just used, for eviction. */
  touch(keys: readonly string[]): Promise<void>;
  /** Every record with the time of its last use (ms). */
  list(): AsyncIterable<ActionRecord & { usedAt: number }>;
  deleteMany(keys: readonly string[]): Promise<void>;
}

/**
 * Item key → payload of one item of a map-type node, grouped in families (all of the key that the items of a step
 * share). Append-only; opening drops a torn tail.
 */
export interface ItemStore {
  /** Opens a family for reading and appending. */
  open(family: string): Promise<ItemFamily>;
}
export interface ItemFamily extends AsyncDisposable {
  has(key: string): boolean;
  /** Verified; undefined if absent or damaged. Do not change or keep it: it may be part of a larger block. */
  get(key: string): Promise<Uint8Array | undefined>;
  append(entries: readonly { readonly key: string; readonly payload: Uint8Array }[]): Promise<void>;
}
