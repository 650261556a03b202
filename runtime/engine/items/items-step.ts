import {
  GraphError,
  type ItemCounts,
  type ItemFamily,
  type ItemsImplementation,
  type NodeType,
  type ResultRowOf,
  type SourceFile,
  type RunContext,
} from '@graft/graph';
import { z } from 'zod';
import { ItemBatches, type MissingItem, type RunBatch } from './item-batches.ts';
import { type HeldRow, ItemWindow } from './item-window.ts';
import type { HandedItem, KnownItems } from './handed-items.ts';
import type { StepRest } from './step-rest.ts';
import { decodePayload } from './stored-item.ts';

const defaultBatch = 32;
/** Output rows handed on at a time. */
const blockRows = 64;

/** The items of a step, read once, in order. */
export interface ItemSource {
  /** Undefined if it is not known before reading. */
  readonly total: number | undefined;
  readonly unit: string;
  blocks(): AsyncIterable<readonly unknown[]>;
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
  /** 1, or more after memory ran out: each attempt takes a quarter of the batch and of `parallel` of the one before. */
  readonly attempt: number;
  /** Runs a reading; throws `input-changed` if the bytes of its files did not match their digests. */
  verified<Value>(reading: () => Promise<Value>): Promise<Value>;
  /** Items that were computed elsewhere. */
  readonly known?: KnownItems;
  /** Stops it at the end of a batch, with `LeavesRest`. */
  readonly rest?: StepRest;
}

/** The output rows of a map-type step, computed while they are read. */
export interface ComputedItems {
  /** Complete at the end of `blocks`. */
  counts(): ItemCounts;
  /**
   * Output rows, several at a time, in the order of the input rows. Throws the first failure if every item failed. Can be
   * read once.
   */
  blocks(): AsyncIterable<readonly unknown[]>;
  /** The error that `blocks` threw. */
  thrown(): unknown;
  /** After `blocks` threw `LeavesRest`: the items that are computed or known, and then how many are left. */
  handed(): AsyncGenerator<HandedItem, number>;
}

/**
 * The output of a map-type step. Reads input rows once, a window at a time: computes the results that the window lacks,
 * then returns its output. Computes identical items once, and leaves failed items out of the output.
 */
export function runItemsStep(step: ItemsStep): ComputedItems {
  const { ctx, family, known } = step;
  const run = batchRunner(step);
  const batches = new ItemBatches({ family, run, ctx, ...(known === undefined ? {} : { known }) });
  const counts = { computed: 0, reused: 0 };
  let failed = 0;
  let thrown: unknown;
  /** Keys of computed items that were counted, where the step may leave its rest to others. */
  const used = new Set<string>();

  async function* blocks(): AsyncGenerator<readonly unknown[]> {
    const look = step.implementation.watch?.(ctx, step.params);
    let items = 0;
    let block: unknown[] = [];
    for await (const held of windows(step, batches)) {
      items += held.length;
      for (const { key, row } of held) {
        if (batches.failures.has(key)) {
          failed += 1;
          continue;
        }
        const payload = await payloadOf(step, { key, row, run });
        // Of identical items, the first was computed and the others reuse its result.
        const kind = batches.computed.delete(key) ? 'computed' : 'reused';
        if (kind === 'computed' && step.rest !== undefined) used.add(key);
        const seen = (out: ResultRow): ResultRow => {
          look?.(row, out);
          counts[kind] += 1;
          return out;
        };
        const expanded = step.implementation.expand(row, payload, step.params);
        if (Symbol.iterator in expanded) {
          for (const out of expanded) block.push(seen(out));
          if (block.length < blockRows) continue;
          yield block;
          block = [];
          continue;
        }
        yield block;
        block = [];
        // Streamed, because all of them are too large to hold.
        for await (const out of expanded) yield [seen(out)];
      }
    }
    yield block;
    const [first] = batches.failures.values();
    if (first !== undefined && failed === items) {
      throw new GraphError('bad-input', allFailed(failed, first), { location: { node: ctx.node } });
    }
    const written = counts.computed + counts.reused;
    step.implementation.finish?.(ctx, { items, rows: written }, step.params);
  }

  return {
    counts: () => ({ total: counts.computed + counts.reused + failed, ...counts, failed }),
    thrown: () => thrown,
    async *handed() {
      const told = new Set<string>();
      let left = 0;
      for await (const block of step.source.blocks()) {
        ctx.signal.throwIfAborted();
        for (const row of block) {
          const key = step.source.keyOf(row);
          if (told.has(key)) continue;
          told.add(key);
          const failure = batches.failures.get(key);
          const payload = failure === undefined ? await family.get(key) : undefined;
          if (failure !== undefined) yield { key, failure };
          else if (payload === undefined) left += 1;
          else yield { key, payload, isComputed: batches.computed.has(key) || used.has(key) };
        }
      }
      return left;
    },
    async *blocks() {
      try {
        yield* blocks();
      } catch (error) {
        thrown = error;
        throw error;
      }
    },
  };
}

/**
 * The items of a shard: those that `isMeant` and nobody computed before. Computes the missing ones while they are read.
 */
export async function* runShard(
  step: ItemsStep,
  isMeant: (key: string) => boolean,
): AsyncGenerator<HandedItem, void> {
  const { ctx, family, known } = step;
  const run = batchRunner(step);
  const batches = new ItemBatches({ family, run, ctx });
  const told = new Set<string>();
  const source: ItemSource = {
    ...step.source,
    async *blocks() {
      for await (const block of step.source.blocks()) {
        yield block.filter((row) => {
          const key = step.source.keyOf(row);
          return isMeant(key) && known?.keys.has(key) !== true;
        });
      }
    },
  };
  for await (const held of windows({ ...step, source }, batches)) {
    for (const { key, row } of held) {
      if (told.has(key)) continue;
      told.add(key);
      const failure = batches.failures.get(key);
      if (failure !== undefined) {
        yield { key, failure };
        continue;
      }
      // Only reading a payload shows that it is damaged.
      await payloadOf(step, { key, row, run });
      const payload = await family.get(key);
      if (payload !== undefined) yield { key, payload, isComputed: batches.computed.delete(key) };
    }
  }
}

/** Computes batches, whose results enter the item cache only if the bytes that they were made of were right. */
function batchRunner(step: ItemsStep): RunBatch {
  const params = { ...step.params, ...parallelOf(step) };
  return async (rows) => {
    const results = await step.verified(async () => {
      const given = await step.implementation.runItems(step.ctx, rows, step.inputs, params);
      // They may reject before anything awaits them.
      for (const each of given) if (each instanceof Promise) each.catch(() => undefined);
      return given;
    });
    return results.map((result) =>
      result instanceof Promise ? step.verified(() => result) : result,
    );
  };
}

type ResultRow = ResultRowOf<NodeType>;

const allFailed = (count: number, first: string): string =>
  count === 1 ? first : `All ${String(count)} items failed. The first: ${first}`;

/** The rows, a window at a time, after their missing results were computed. */
async function* windows(step: ItemsStep, batches: ItemBatches): AsyncGenerator<readonly HeldRow[]> {
  const { ctx, family, source } = step;
  let done = 0;
  const report = (): void => {
    ctx.progress({
      done,
      unit: source.unit,
      ...(source.total === undefined ? {} : { total: source.total }),
    });
  };
  const full = batchSize(step);
  const options = {
    size: () => step.rest?.sizeOf(full) ?? full,
    done: (count: number): void => {
      done += count;
      report();
    },
    ended: (count: number): void => {
      // Nobody knows how long a source of unknown length is.
      if (source.total !== undefined) step.rest?.ended(count, source.total - done);
    },
  };
  const { length, prefix } = step.implementation.definition.items ?? {};
  const missing = (key: string, row: unknown): MissingItem => {
    const order = { length: length?.(row) ?? 0, prefix: prefix?.(row) ?? '' };
    return { key, row, ...order, name: source.nameOf(row) };
  };
  const held = new ItemWindow();
  let waiting = new Map<string, MissingItem>();
  const compute = async (): Promise<void> => {
    ctx.signal.throwIfAborted();
    done += held.length - waiting.size;
    await batches.run([...waiting.values()], options);
    waiting = new Map();
    report();
    // Reused rows never wait, so nothing else lets a cancel or another step in.
    await new Promise((resolve) => setImmediate(resolve));
  };
  for await (const block of source.blocks()) {
    ctx.signal.throwIfAborted();
    for (const row of block) {
      const key = source.keyOf(row);
      held.add({ key, row });
      if (!family.has(key) && !waiting.has(key) && !batches.failures.has(key)) {
        waiting.set(key, missing(key, row));
      }
      if (!held.isFull) continue;
      await compute();
      yield held.empty();
    }
  }
  await compute();
  yield held.empty();
}

const batchParamSchema = z.looseObject({ batch: z.number().int().positive() });
const parallelParamSchema = z.looseObject({ parallel: z.number().int().positive() });

function batchSize({ implementation, params, attempt }: ItemsStep): number {
  const wanted = batchParamSchema.safeParse(params).data?.batch;
  return atAttempt(wanted ?? implementation.definition.items?.batch ?? defaultBatch, attempt);
}

/** The items of a batch that a node computes at once, if it has such a parameter: they take memory as a batch does. */
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
  // Only reading a payload shows that it is damaged. It is computed again, alone.
  const again = new ItemBatches({ family: step.family, run: item.run, ctx: step.ctx });
  const name = step.source.nameOf(item.row);
  const missing = { key: item.key, row: item.row, length: 0, prefix: '', name };
  await again.run([missing], { size: () => 1, done: () => undefined });
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
    throw new GraphError('internal', 'The item is not a file.', { audience: 'developer' });
  };
  return {
    total: files.length,
    unit: 'files',
    async *blocks() {
      yield await Promise.resolve(files);
    },
    keyOf: (row) => keyOf(fileOf(row)),
    nameOf: (row) => fileOf(row).path,
  };
}
