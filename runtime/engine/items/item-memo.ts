import {
  GraphError,
  hashParts,
  type ItemFamily,
  type KeyPart,
  type MemoCompute,
} from '@graft/graph';
import type { z } from 'zod';
import { rowKeyer, decodePayload, encodePayload } from './stored-item.ts';

/** Keys computed and stored at once. A cancelled step loses this many, and as many are held while they are stored. */
const slice = 64;
/** Bytes of keys and values held in memory; other values are read again. */
const mostHeld = 256 << 20;

/**
 * The key parts that a memo's values depend on: those of the step without parameters and inputs. The memo's name and its
 * keys hold the parameters that matter, so a change of any other parameter loses no value.
 */
export function memoFamily(name: string, familyParts: readonly KeyPart[]): string {
  const ownParts = familyParts.filter(({ name: part }) => !/^(?:param|input)\./.test(part));
  return hashParts([...ownParts, { name: 'memo', value: name }]);
}

/** Runs a reading; throws `input-changed` if the bytes of its sources did not match their digests. */
type Verified = <Value>(reading: () => Promise<Value>) => Promise<Value>;

/** Values that several items share, by key. They are stored in a family of their own; the most recently used are held. */
export class StoredMemo implements AsyncDisposable {
  /** Set anew by each batch: the closure of one must not outlive it. */
  compute: MemoCompute<unknown>;
  readonly #schema: z.ZodType;
  readonly #verified: Verified;
  readonly #family: ItemFamily;
  readonly #keyOf: (key: unknown) => string;
  readonly #signal: AbortSignal;
  readonly #held = new Map<string, { readonly value: unknown; readonly bytes: number }>();
  #bytes = 0;
  /** Values being read; further requests for the same key wait for them. */
  readonly #coming = new Map<string, Promise<unknown>>();
  /** Keys being filled; a further fill or read of the same key waits for them. */
  readonly #filling = new Map<string, Promise<void>>();

  constructor(parts: {
    readonly name: string;
    readonly family: ItemFamily;
    readonly schema: z.ZodType;
    readonly compute: MemoCompute<unknown>;
    readonly signal: AbortSignal;
    readonly verified: Verified;
  }) {
    this.#verified = parts.verified;
    this.#family = parts.family;
    this.#keyOf = rowKeyer(parts.name, undefined);
    this.#schema = parts.schema;
    this.compute = parts.compute;
    this.#signal = parts.signal;
  }

  async fill(keys: Iterable<string>): Promise<void> {
    const absent = [...new Set(keys)].filter((key) => !this.#family.has(this.#keyOf(key)));
    const pending = (key: string): Promise<unknown> | undefined =>
      this.#filling.get(key) ?? this.#coming.get(key);
    const otherFills = new Set(absent.flatMap((key) => pending(key) ?? []));
    const missing = absent.filter((key) => pending(key) === undefined);
    // Of similar length, so that a batch pads little.
    missing.sort((a, b) => a.length - b.length);
    let filled = Promise.resolve();
    for (let at = 0; at < missing.length; at += slice) {
      filled = this.#fillAfter(filled, missing.slice(at, at + slice));
    }
    await Promise.all([filled, ...otherFills]);
  }

  /** Computes keys after the fill before them. */
  #fillAfter(before: Promise<void>, keys: readonly string[]): Promise<void> {
    const filled = before.then(async () => {
      this.#signal.throwIfAborted();
      await this.#compute(keys);
    });
    const settle = (): void => {
      for (const key of keys) this.#filling.delete(key);
    };
    for (const key of keys) this.#filling.set(key, filled);
    filled.then(settle, settle);
    return filled;
  }

  get(key: string): Promise<unknown> {
    const known = this.#coming.get(key);
    if (known !== undefined) return known;
    const coming = this.#got(key).finally(() => this.#coming.delete(key));
    this.#coming.set(key, coming);
    return coming;
  }

  async #got(key: string): Promise<unknown> {
    await this.#filling.get(key);
    const kept = await this.peek(key);
    if (kept !== undefined) return kept;
    // Never filled, or damaged.
    const [computed] = await this.#compute([key]);
    return computed;
  }

  async peek(key: string): Promise<unknown> {
    const held = this.#held.get(key);
    if (held !== undefined) {
      this.#held.delete(key);
      this.#held.set(key, held);
      return held.value;
    }
    const stored = await this.#family.get(this.#keyOf(key));
    const read = this.#schema.safeParse(stored === undefined ? undefined : decodePayload(stored));
    if (stored === undefined || !read.success) return undefined;
    this.#hold(key, { value: read.data, bytes: stored.byteLength });
    return read.data;
  }

  put(key: string, value: unknown): Promise<void> {
    return this.#store([key], [value]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#held.clear();
    await this.#family[Symbol.asyncDispose]();
  }

  async #compute(keys: readonly string[]): Promise<readonly unknown[]> {
    // Before any of it enters the item cache.
    const values = await this.#verified(() => this.compute(keys));
    if (values.length !== keys.length) throw unequal(values.length, keys.length);
    await this.#store(keys, values);
    return values;
  }

  async #store(keys: readonly string[], values: readonly unknown[]): Promise<void> {
    const stored = keys.map((key, i) => ({
      key: this.#keyOf(key),
      payload: encodePayload(values[i]),
    }));
    await this.#family.append(stored);
    for (const [i, key] of keys.entries()) {
      this.#hold(key, { value: values[i], bytes: stored[i]?.payload.byteLength ?? 0 });
    }
  }

  #hold(key: string, { value, bytes }: { readonly value: unknown; readonly bytes: number }): void {
    // A key may be a whole prompt, and its value a word.
    const entry = { value, bytes: bytes + 2 * key.length };
    this.#bytes += entry.bytes - (this.#held.get(key)?.bytes ?? 0);
    this.#held.delete(key);
    this.#held.set(key, entry);
    for (const [oldest, { bytes }] of this.#held) {
      if (this.#bytes <= mostHeld) return;
      this.#held.delete(oldest);
      this.#bytes -= bytes;
    }
  }
}

function unequal(got: number, wanted: number): GraphError {
  return new GraphError(
    'internal',
    `${String(got)} values came back for ${String(wanted)} keys of a memo.`,
    { audience: 'developer' },
  );
}
