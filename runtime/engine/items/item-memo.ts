import {
  GraphError,
  hashParts,
  type ItemFamily,
  type KeyPart,
  type MemoCompute,
} from '@graft/graph';
import type { z } from 'zod';
import { rowKeyer } from './item-key.ts';
import { decodePayload, encodePayload } from './payload.ts';

/** Keys computed and stored at once: what a cancelled step loses, and what is held while it is stored. */
const slice = 64;
/** Bytes of keys and values held in memory; the others are read again. */
const mostHeld = 256 << 20;

/**
 * Parts that a memo's values depend on: the step's own without its parameters and inputs. What of the parameters
 * matters is part of the memo's name or of a key, so that a parameter that is about something else loses nothing.
 */
export function memoFamily(name: string, familyParts: readonly KeyPart[]): string {
  const own = familyParts.filter(({ name: part }) => !/^(?:param|input)\./.test(part));
  return hashParts([...own, { name: 'memo', value: name }]);
}

/** Runs something, and throws `input-changed` if it used other bytes of its sources than their digests'. */
type Verified = <Value>(reading: () => Promise<Value>) => Promise<Value>;

/** Values of keys that several items share, stored in a family of their own and held least recently used. */
export class StoredMemo implements AsyncDisposable {
  /** Set at each asking: the closure of one batch must not outlive it. */
  compute: MemoCompute<unknown>;
  readonly #schema: z.ZodType;
  readonly #verified: Verified;
  readonly #family: ItemFamily;
  readonly #keyOf: (key: unknown) => string;
  readonly #signal: AbortSignal;
  readonly #held = new Map<string, { readonly value: unknown; readonly bytes: number }>();
  #bytes = 0;
  /** Those that are being got: who asks meanwhile waits for the same. */
  readonly #coming = new Map<string, Promise<unknown>>();
  /** Those that are being filled, with when they are there: whoever fills or gets meanwhile waits for them. */
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
    const comes = (key: string): Promise<unknown> | undefined =>
      this.#filling.get(key) ?? this.#coming.get(key);
    const others = new Set(absent.flatMap((key) => comes(key) ?? []));
    const own = absent.filter((key) => comes(key) === undefined);
    // Alike in length, so that a batch pads little.
    own.sort((a, b) => a.length - b.length);
    let filled = Promise.resolve();
    for (let at = 0; at < own.length; at += slice) {
      filled = this.#fillAfter(filled, own.slice(at, at + slice));
    }
    await Promise.all([filled, ...others]);
  }

  /** Computes some once what is before them is there. */
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
    // Never filled, or damaged since.
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
    // Before anything of it gets into the item cache.
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
    // A key may be a whole prompt, its value a word.
    const one = { value, bytes: bytes + 2 * key.length };
    this.#bytes += one.bytes - (this.#held.get(key)?.bytes ?? 0);
    this.#held.delete(key);
    this.#held.set(key, one);
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
