import { z } from 'zod';
import { artifactRefSchema } from './artifact.ts';

/** One part of a cache key, kept so that a miss can be explained: `param.size` = `512`. */
export const keyPartSchema = z.object({ name: z.string(), value: z.string() });
export type KeyPart = z.infer<typeof keyPartSchema>;

/** A cache key and what it was made of. `value` is the sha256 of the canonical encoding of the parts. */
export const cacheKeySchema = z.object({ value: z.string(), parts: z.array(keyPartSchema) });
export type CacheKey = z.infer<typeof cacheKeySchema>;

/** What running a step once gave. */
export const actionRecordSchema = z.object({
  key: z.string(),
  nodeType: z.string(),
  outputs: z.record(z.string(), artifactRefSchema),
  /** Rows of a map-type node. */
  items: z.number().int().optional(),
  /** Milliseconds that it took, to estimate with. */
  ms: z.number(),
  createdAt: z.number(),
  /** The package that it came in, as long as nobody has said that it is trusted. Never stored. */
  from: z.string().optional(),
});
export type ActionRecord = z.infer<typeof actionRecordSchema>;

/** Cache key → output digests. */
export interface ActionStore {
  getMany(keys: readonly string[]): Promise<Map<string, ActionRecord>>;
  /** Durable when it resolves. Later records replace earlier ones of the same key. */
  putMany(records: readonly ActionRecord[]): Promise<void>;
  /** Marks as used now, for eviction. */
  touch(keys: readonly string[]): Promise<void>;
  /** Every record with when it was last used (ms). */
  list(): AsyncIterable<ActionRecord & { usedAt: number }>;
  deleteMany(keys: readonly string[]): Promise<void>;
}

/**
 * Item key → payload of one item of a map-type node, grouped in families (everything of the key that is
 * the same for all items of a step). Append-only; a torn tail is dropped when it is opened.
 */
export interface ItemStore {
  /** Opens a family for reading and appending. */
  open(family: string): Promise<ItemFamily>;
}
export interface ItemFamily extends AsyncDisposable {
  has(key: string): boolean;
  /** Verified; undefined if absent or damaged. Not to be altered, nor kept: it may be part of a larger block. */
  get(key: string): Promise<Uint8Array | undefined>;
  append(entries: readonly { readonly key: string; readonly payload: Uint8Array }[]): Promise<void>;
}
