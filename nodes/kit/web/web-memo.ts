import type { RunContext, ItemMemo } from '@graft/graph';
import { z } from 'zod';

const keySchema = z.array(z.string());

/** When the present period began. A period fetches each address once; empty: no address is fetched again. */
export function presentPeriod({ sources }: Pick<RunContext, 'sources'>): string {
  return sources.flatMap((source) => (source.kind === 'clock' ? [source.since] : [])).join();
}

/** Memo key of an address and everything else that its value depends on. */
export function memoKey(address: string, rest: readonly string[]): string {
  return JSON.stringify([address, ...rest]);
}

function partsOfKey(key: string): readonly string[] {
  return keySchema.parse(JSON.parse(key));
}

export function addressOf(key: string): string {
  return partsOfKey(key)[0] ?? '';
}

/** Common part of every value that a `WebMemo` keeps. */
export const webValueSchema = z.object({
  /** Address after redirects. */
  url: z.string(),
  /** For a conditional request; absent if the server sent none. */
  validators: z.object({ etag: z.string(), modified: z.string() }).optional(),
});
export type WebValue = z.infer<typeof webValueSchema>;

/** Identifies a value. */
export interface WebKey {
  readonly address: string;
  /** Everything but the address and the time that the value depends on. */
  readonly settings: readonly string[];
  /** The value stays valid within it. */
  readonly period: string;
}

/**
 * Keeps one value for each address, settings and period. In a new period it revalidates the last value, so that a server
 * does not send an unchanged page again.
 */
export class WebMemo<Value extends WebValue> {
  readonly #values: ItemMemo<Value>;

  /** `fetch` returns `known` itself if the server confirms it. */
  static async open<Value extends WebValue>(
    ctx: Pick<RunContext, 'memo'>,
    name: string,
    parts: {
      readonly schema: z.ZodType<Value>;
      readonly fetch: (address: string, known: Value | undefined) => Promise<Value>;
    },
  ): Promise<WebMemo<Value>> {
    /** Address and settings → the key of the last value. */
    const latest = await ctx.memo(`latest ${name}`, z.string(), (slots) => Promise.resolve(slots));
    const values: ItemMemo<Value> = await ctx.memo(name, parts.schema, (keys) =>
      Promise.all(
        keys.map(async (key) => {
          const slot = withoutPeriod(key);
          const last = await latest.peek(slot);
          const known = last === undefined ? undefined : await values.peek(last);
          const value = await parts.fetch(addressOf(key), known);
          await latest.put(slot, key);
          return value;
        }),
      ),
    );
    return new WebMemo(values);
  }

  private constructor(values: ItemMemo<Value>) {
    this.#values = values;
  }

  /** Fetches the address unless this period already has. */
  fill(key: WebKey): Promise<void> {
    return this.#values.fill([textOf(key)]);
  }

  get(key: WebKey): Promise<Value> {
    return this.#values.get(textOf(key));
  }
}

function textOf({ address, settings, period }: WebKey): string {
  return memoKey(address, [...settings, period]);
}

function withoutPeriod(key: string): string {
  return JSON.stringify(partsOfKey(key).slice(0, -1));
}
