import type { ItemMemo, RunContext } from '@graft/graph';
import { z } from 'zod';
import { addressOf, memoKey, partsOfKey } from './web-memo.ts';

/** What is kept of an address, whatever was made of it. */
export const lookSchema = z.object({
  /** Where it came from in the end. */
  url: z.string(),
  /** By which its server can be asked whether it is still so; absent where it says nothing of the kind. */
  validators: z.object({ etag: z.string(), modified: z.string() }).optional(),
});
export type Look = z.infer<typeof lookSchema>;

/** What an address is looked at for: all that its value depends on but the time. */
export interface Looking {
  readonly address: string;
  readonly way: readonly string[];
  /** Within which what was seen stands. */
  readonly period: string;
}

/**
 * What stood at addresses when they were looked at, one value an address, way and period. In a new period the last value
 * is looked at again by its validators, so that what has not changed is not sent again.
 */
export class KeptLooks<Value extends Look> {
  readonly #values: ItemMemo<Value>;

  /** `look` gives what it was given as `known` where that still stands. */
  static async open<Value extends Look>(
    ctx: Pick<RunContext, 'memo'>,
    name: string,
    parts: {
      readonly schema: z.ZodType<Value>;
      readonly look: (address: string, known: Value | undefined) => Promise<Value>;
    },
  ): Promise<KeptLooks<Value>> {
    /** Address and way → the key of the last value. */
    const latest = await ctx.memo(`latest ${name}`, z.string(), (slots) => Promise.resolve(slots));
    const values: ItemMemo<Value> = await ctx.memo(name, parts.schema, (keys) =>
      Promise.all(
        keys.map(async (key) => {
          const slot = withoutPeriod(key);
          const last = await latest.peek(slot);
          const known = last === undefined ? undefined : await values.peek(last);
          const value = await parts.look(addressOf(key), known);
          await latest.put(slot, key);
          return value;
        }),
      ),
    );
    return new KeptLooks(values);
  }

  private constructor(values: ItemMemo<Value>) {
    this.#values = values;
  }

  /** Looks at the address unless it has been in this period. */
  fill(looking: Looking): Promise<void> {
    return this.#values.fill([keyOf(looking)]);
  }

  get(looking: Looking): Promise<Value> {
    return this.#values.get(keyOf(looking));
  }
}

function keyOf({ address, way, period }: Looking): string {
  return memoKey(address, [...way, period]);
}

function withoutPeriod(key: string): string {
  return JSON.stringify(partsOfKey(key).slice(0, -1));
}
