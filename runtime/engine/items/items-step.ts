import {
  GraphError,
  type ItemCounts,
  type ItemFamily,
  type ItemsImplementation,
  type SourceFile,
  type RunContext,
} from '@graft/graph';
import { z } from 'zod';
import { ItemBatches, type MissingItem, type RunBatch } from './item-batches.ts';
import { decodePayload } from './payload.ts';

/** Rows held at once, waiting to be sorted into batches. */
const windowRows = 4096;
const defaultBatch = 32;

/** The items of a step: read twice, so that memory does not grow with their number. */
export interface ItemSource {
  /** Known before reading; undefined where it is not. */
  readonly total: number | undefined;
  readonly unit: string;
  rows(): AsyncIterable<unknown> | Iterable<unknown>;
  keyOf(row: unknown): string;
  nameOf(row: unknown): string;
}

export interface ItemsStep {
  readonly implementation: ItemsImplementation;
  readonly ctx: RunContext;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly params: Readonly<Record<string, unknown>>;
  readonly source: ItemSource;
  readonly family: ItemFamily;
  /** 1, or more after memory ran out: each further attempt takes a quarter of the batch, and of what is `parallel`. */
  readonly attempt: number;
  /** Runs something, and throws `input-changed` if it read other bytes of its files than their digests'. */
  verified<Value>(reading: () => Promise<Value>): Promise<Value>;
}

/** What the first pass found: everything that the second needs to give the output rows. */
export interface ComputedItems {
  /** Complete once `rows` has been read to its end. */
  counts(): ItemCounts;
  /** Output rows in the order of the input rows; payloads are read back from the family. */
  rows(): AsyncIterable<unknown>;
}

/**
 * Computes what is missing of a map-type step and gives its rows. Identical items are computed once; failed
 * ones are left out of the output. Throws the first failure when every item failed.
 */
export async function runItemsStep(step: ItemsStep): Promise<ComputedItems> {
  const { ctx, family, source } = step;
  // Before anything of a batch gets into the item cache.
  const params = { ...step.params, ...parallelOf(step) };
  const run: RunBatch = async (rows) => {
    const results = await step.verified(async () => {
      const given = await step.implementation.runItems(ctx, rows, step.inputs, params);
      // They may be rejected before anybody waits for them.
      for (const each of given) if (each instanceof Promise) each.catch(() => undefined);
      return given;
    });
    return results.map((result) =>
      result instanceof Promise ? step.verified(() => result) : result,
    );
  };
  const batches = new ItemBatches({ family, run, ctx });
  const keys = await computeMissing(step, batches);
  const failed = keys.reduce((sum, key) => sum + (batches.failures.has(key) ? 1 : 0), 0);
  const [first] = batches.failures.values();
  if (first !== undefined && failed === keys.length) {
    throw new GraphError('bad-input', allFailed(failed, first), { location: { node: ctx.node } });
  }
  const counts = { computed: 0, reused: 0 };
  return {
    counts: () => ({ total: counts.computed + counts.reused + failed, ...counts, failed }),
    async *rows() {
      const unclaimed = new Set(batches.computed);
      const look = step.implementation.watch?.(ctx);
      let at = 0;
      for await (const row of source.rows()) {
        ctx.signal.throwIfAborted();
        const key = keys[at++];
        if (key === undefined || batches.failures.has(key)) continue;
        const payload = await payloadOf(step, { key, row, run });
        // Of identical items the first was computed, the others reuse it.
        const kind = unclaimed.delete(key) ? 'computed' : 'reused';
        for await (const out of step.implementation.expand(row, payload, step.params)) {
          look?.(row, out);
          counts[kind] += 1;
          yield out;
        }
      }
      const rows = counts.computed + counts.reused;
      step.implementation.finish?.(ctx, { items: keys.length, rows }, step.params);
    },
  };
}

const allFailed = (count: number, first: string): string =>
  count === 1 ? first : `All ${String(count)} items failed; the first: ${first}`;

/** First pass. Returns the key of every row, in order. */
async function computeMissing(step: ItemsStep, batches: ItemBatches): Promise<string[]> {
  const { ctx, family, source } = step;
  const keys: string[] = [];
  const seen = new Set<string>();
  let waiting: MissingItem[] = [];
  let done = 0;
  const report = (): void => {
    ctx.progress({
      done,
      unit: source.unit,
      ...(source.total === undefined ? {} : { total: source.total }),
    });
  };
  const options = {
    size: batchSize(step),
    done: (count: number): void => {
      done += count;
      report();
    },
  };
  const { length, prefix } = step.implementation.definition.items ?? {};
  for await (const row of source.rows()) {
    const key = source.keyOf(row);
    keys.push(key);
    if (seen.has(key) || family.has(key)) {
      done += 1;
      if (done % 1000 === 0) await breathe(ctx, report);
      continue;
    }
    seen.add(key);
    const order = { length: length?.(row) ?? 0, prefix: prefix?.(row) ?? '' };
    waiting.push({ key, row, ...order, name: source.nameOf(row) });
    if (waiting.length < windowRows) continue;
    await batches.run(waiting, options);
    waiting = [];
  }
  await batches.run(waiting, options);
  report();
  return keys;
}

// Reused rows need no waiting, so nothing else would let a cancel or another step in.
async function breathe(ctx: RunContext, report: () => void): Promise<void> {
  report();
  await new Promise((resolve) => setImmediate(resolve));
  ctx.signal.throwIfAborted();
}

const batchParamSchema = z.looseObject({ batch: z.number().int().positive() });
const parallelParamSchema = z.looseObject({ parallel: z.number().int().positive() });

function batchSize({ implementation, params, attempt }: ItemsStep): number {
  const wanted = batchParamSchema.safeParse(params).data?.batch;
  return atAttempt(wanted ?? implementation.definition.items?.batch ?? defaultBatch, attempt);
}

/** How many items of a batch a node computes at once, where it has such a parameter: it needs memory as a batch does. */
function parallelOf({ params, attempt }: ItemsStep): { readonly parallel?: number } {
  const parallel = parallelParamSchema.safeParse(params).data?.parallel;
  return parallel === undefined ? {} : { parallel: atAttempt(parallel, attempt) };
}

function atAttempt(count: number, attempt: number): number {
  return Math.max(1, Math.floor(count / 4 ** (attempt - 1)));
}

async function payloadOf(
  step: ItemsStep,
  item: { readonly key: string; readonly row: unknown; readonly run: RunBatch },
): Promise<unknown> {
  const stored = await step.family.get(item.key);
  if (stored !== undefined) return decodePayload(stored);
  // Damaged since the first pass saw it: computed again, alone.
  const again = new ItemBatches({ family: step.family, run: item.run, ctx: step.ctx });
  const name = step.source.nameOf(item.row);
  const missing = { key: item.key, row: item.row, length: 0, prefix: '', name };
  await again.run([missing], { size: 1, done: () => undefined });
  const payload = await step.family.get(item.key);
  if (payload !== undefined) return decodePayload(payload);
  const reason = again.failures.get(item.key) ?? 'its stored result is damaged';
  throw new GraphError('store-damaged', `Item ${name} cannot be computed again: ${reason}`, {
    audience: 'operator',
  });
}

/** The files of a `files` source as items. */
export function fileItems(
  files: readonly SourceFile[],
  keyOf: (file: SourceFile) => string,
): ItemSource {
  const byRow = new Map<unknown, SourceFile>(files.map((file) => [file, file]));
  const fileOf = (row: unknown): SourceFile => {
    const file = byRow.get(row);
    if (file !== undefined) return file;
    throw new GraphError('internal', 'The item is no file.', { audience: 'developer' });
  };
  return {
    total: files.length,
    unit: 'files',
    rows: () => files,
    keyOf: (row) => keyOf(fileOf(row)),
    nameOf: (row) => fileOf(row).path,
  };
}
