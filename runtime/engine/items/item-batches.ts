import {
  GraphError,
  ItemFailure,
  type GraphErrorCode,
  type ItemFamily,
  type RunContext,
} from '@graft/graph';
import type { KnownItems } from './handed-items.ts';
import { encodePayload } from './stored-item.ts';

/** A row without a stored result. */
export interface MissingItem {
  readonly key: string;
  readonly row: unknown;
  /** In the unit of `items.length`; only compared. */
  readonly length: number;
  /** The value of `items.prefix`. */
  readonly prefix: string;
  /** The name that messages give it. */
  readonly name: string;
}

interface Computed {
  readonly item: MissingItem;
  /** Undefined: none yet. */
  readonly result: unknown;
}

/** Computes the payloads of rows in order: all at once, or one by one if it returns promises. */
export type RunBatch = (rows: readonly unknown[]) => Promise<readonly unknown[]>;

/**
 * Failures of the whole step rather than of an item. Trying the items alone would only repeat most of them; with the
 * others, thrown instead of an `ItemFailure`, a node asks the step to stop.
 */
const stepFailures: ReadonlySet<GraphErrorCode> = new Set([
  'cancelled',
  'bad-input',
  'damaged-file',
  'encrypted-file',
  'bad-encoding',
  'bad-row',
  'missing-column',
  'unsafe-path',
  'too-large',
  'bad-model',
  'unavailable',
  'missing-file',
  'input-changed',
  'outside-workspace',
  'no-space',
  'store-locked',
  'state-unusable',
  'store-damaged',
  'worker-died',
]);

/**
 * Runs missing items in batches and stores their payloads. Items of a failed batch are tried alone; an item that fails
 * alone is logged and added to `failures`.
 */
export class ItemBatches {
  /** The failure of each item, by key. */
  readonly failures: Map<string, string>;
  /** Keys of the items whose payload was computed and stored. */
  readonly computed: Set<string>;
  readonly #family: ItemFamily;
  readonly #run: RunBatch;
  readonly #ctx: RunContext;

  /** `known`: what was computed elsewhere; the family has the payloads. */
  constructor(parts: { family: ItemFamily; run: RunBatch; ctx: RunContext; known?: KnownItems }) {
    this.#family = parts.family;
    this.computed = new Set(parts.known?.computed);
    this.failures = new Map(parts.known?.failures);
    this.#run = parts.run;
    this.#ctx = parts.ctx;
  }

  /**
   * Runs items sorted by prefix, then by length, so that a batch pads little. Calls `done` with the number of further
   * items that were stored or have failed.
   */
  async run(
    items: readonly MissingItem[],
    options: {
      /** Of the next batch. */
      readonly size: () => number;
      readonly done: (count: number) => void;
      /** After each batch; what it throws stops the others. */
      readonly ended?: (items: number) => void;
    },
  ): Promise<void> {
    const sorted = [...items].sort((a, b) =>
      a.prefix === b.prefix ? a.length - b.length : a.prefix < b.prefix ? -1 : 1,
    );
    for (let at = 0; at < sorted.length;) {
      const batch = sorted.slice(at, at + options.size());
      at += batch.length;
      this.#ctx.signal.throwIfAborted();
      await this.#runBatch(batch, options.done);
      options.ended?.(batch.length);
    }
  }

  async #runBatch(batch: readonly MissingItem[], done: (count: number) => void): Promise<void> {
    let results: readonly unknown[];
    try {
      results = await this.#payloads(batch);
    } catch (error) {
      if (this.#isStepFailure(error)) throw error;
      results = batch.map(() => undefined);
    }
    const rest: Computed[] = [];
    const later: Promise<void>[] = [];
    for (const [at, item] of batch.entries()) {
      const result = results[at];
      if (result instanceof Promise) {
        later.push(
          this.#settled(result).then(async (settled) => {
            const computed = { item, result: settled };
            if (isMissing(settled)) return void rest.push(computed);
            await this.#keep([computed]);
            done(1);
          }),
        );
      } else rest.push({ item, result });
    }
    for (const each of await Promise.allSettled(later)) {
      if (each.status === 'rejected') throw each.reason;
    }
    const whole = rest.filter(({ result }) => !isMissing(result));
    await this.#keep(whole);
    done(whole.length);
    for (const one of rest) {
      if (!isMissing(one.result)) continue;
      await this.#keep([one]);
      done(1);
    }
  }

  /** Undefined for an item to try alone. */
  async #settled(result: Promise<unknown>): Promise<unknown> {
    try {
      return await result;
    } catch (error) {
      if (this.#isStepFailure(error)) throw error;
      return undefined;
    }
  }

  /** Computes missing payloads alone, then stores all. */
  async #keep(computed: readonly Computed[]): Promise<void> {
    const stored: { key: string; payload: Uint8Array }[] = [];
    for (const { item, result } of computed) {
      const payload = isMissing(result) ? await this.#alone(item) : result;
      if (payload instanceof ItemFailure) this.#fail(item, payload.message);
      else stored.push({ key: item.key, payload: encodePayload(payload) });
    }
    await this.#family.append(stored);
    for (const { key } of stored) this.computed.add(key);
  }

  async #payloads(batch: readonly MissingItem[]): Promise<readonly unknown[]> {
    const results = await this.#run(batch.map(({ row }) => row));
    if (results.length === batch.length) return results;
    throw new GraphError(
      'internal',
      `${String(results.length)} results came back for ${String(batch.length)} items.`,
      { audience: 'developer' },
    );
  }

  async #alone(item: MissingItem): Promise<unknown> {
    this.#ctx.signal.throwIfAborted();
    try {
      const [result] = await this.#payloads([item]);
      const payload = await result;
      return payload ?? new ItemFailure('The item gave no result.');
    } catch (error) {
      if (this.#isStepFailure(error)) throw error;
      return new ItemFailure(error instanceof Error ? error.message : String(error));
    }
  }

  #isStepFailure(error: unknown): boolean {
    if (this.#ctx.signal.aborted) return true;
    return error instanceof GraphError && stepFailures.has(error.code);
  }

  #fail(item: MissingItem, message: string): void {
    this.failures.set(item.key, message);
    this.#ctx.log('warning', message, item.name);
  }
}

/** Whether to try an item alone. */
function isMissing(result: unknown): boolean {
  return result === undefined || result instanceof ItemFailure;
}
