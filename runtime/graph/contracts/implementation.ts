import type { z } from 'zod';
import type { Backends } from './backend.ts';
import type { Lease } from './execution.ts';
import type { Databases } from './databases.ts';
import type { Web } from './web.ts';
import type { SourceFile, StepSource } from '../types/resolved-source.ts';
import type { PortFacets } from '../types/facets.ts';
import type { ModelFacts } from '../rows/model.ts';
import type { CheckpointReport } from './run-event.ts';
import type { MetricRow } from '../metrics/metrics.ts';
import type {
  InputsOf,
  ItemOf,
  NodeType,
  OutputsOf,
  ParamsOf,
  ResultRowOf,
} from '../types/node-type.ts';

/** What a node's `run` is given besides inputs and params. */
export interface RunContext {
  readonly signal: AbortSignal;
  /** The node's id, for messages. */
  readonly node: string;
  progress(progress: { done: number; total?: number; unit: string; message?: string }): void;
  log(level: 'info' | 'warning' | 'error', message: string, item?: string): void;
  /** Text just written for an item. */
  token(item: string, text: string): void;
  /** A row of metrics as it comes, for curves that are watched; the result's rows are an output. */
  metrics(row: MetricRow): void;
  /** Claims memory on the step's device before it is taken; waits until it is free. Throws `out-of-memory`. */
  lease(bytes: number): Promise<Lease>;
  /** Bytes that a lease could be given at once, idle models put out; Infinity where the device does not tell. */
  room(): Promise<number>;
  readonly models: {
    facts(id: string): ModelFacts;
    /** Downloads what is missing, with progress, and gives the local folder of the model's files. */
    fetch(id: string): Promise<string>;
  };
  readonly backends: Backends;
  readonly web: Web;
  readonly databases: Databases;
  readonly seed: number;
  /** `auto`, or the device id that was asked for. */
  readonly device: string;
  readonly sources: readonly StepSource[];
  /** What the plan knew of each input port, for example which embedder made the vectors. */
  readonly inputFacets: PortFacets;
  /** An empty folder on the artifact store's filesystem, removed after the step. */
  scratch(): Promise<string>;
  /**
   * A folder with verified copies of files, each at its workspace path, for what reads files by path only; removed
   * after the step. Throws `input-changed`.
   */
  copies(files: readonly SourceFile[]): Promise<string>;
  /**
   * Absolute path of something to write below the workspace, by its path from there; it need not be there yet.
   * Throws `outside-workspace` for what leads out, also through a link, and `bad-param` for what may not be written.
   */
  output(path: string): Promise<string>;
  /**
   * The read-only folder that this node gave at an output the last time in this file, for other inputs and otherwise the same
   * key; undefined where there is none any more. For a result that costs less to make of the one before: it must be as good as
   * one that is made anew, since the key does not tell them apart.
   */
  previous(output: string): Promise<string | undefined>;
  /**
   * A folder that belongs to the step's cache key: what was left in it by an attempt that was cancelled or died
   * is still there, and it is removed once the step's outputs are stored. Waits, and says so, while that attempt
   * still writes into it.
   */
  checkpoints(): Promise<string>;
  /** Reports a checkpoint in that folder. */
  checkpoint(report: CheckpointReport): void;
  /**
   * Values that several items of a step, and later runs, share: each is computed once a key, kept in the item cache
   * beside the items, and belongs to the step's models, device and implementation, but to none of its parameters.
   * `name` tells memos of a node apart; asked for again it is the same memo, with another `compute`. Values are plain JSON
   * or a Float32Array; what is stored and does not fit `schema` is computed again.
   */
  memo<Value>(
    name: string,
    schema: z.ZodType<Value>,
    compute: MemoCompute<Value>,
  ): Promise<ItemMemo<Value>>;
}

/** Values of keys, in order. */
export type MemoCompute<Value> = (keys: readonly string[]) => Promise<readonly Value[]>;

export interface ItemMemo<Value> {
  /** Computes and stores the values of keys that have none yet, some dozens at once. */
  fill(keys: Iterable<string>): Promise<void>;
  /** The value of a key, computed alone where it has not been filled. Memory is bounded: others are read again. */
  get(key: string): Promise<Value>;
  /** The value of a key, if it has one; nothing is computed. */
  peek(key: string): Promise<Value | undefined>;
  /** Stores a value in the place of what the key has: for what is no function of its key, such as which key came last. */
  put(key: string, value: Value): Promise<void>;
}

/** One item failed: it is retried alone, then reported, and the rest goes on. */
export class ItemFailure {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** A node that runs whole. */
export interface WholeImplementation<N extends NodeType = NodeType> {
  readonly definition: N;
  // Method syntax on purpose: implementations of different nodes meet in one map.
  run(ctx: RunContext, inputs: InputsOf<N>, params: ParamsOf<N>): Promise<OutputsOf<N>>;
}

/**
 * A map-type node: `runItems` maps a batch of rows, in order, to payloads (plain JSON, or a Float32Array), or to promises
 * of them, each of which is stored once it is fulfilled, whatever becomes of the others;
 * `expand` turns a row and its payload into output rows, so that what a result does not depend on
 * (ids, paths) is taken from the row and never cached. An asynchronous `expand` may stream rows that are too
 * large to cache from the file that the item is.
 */
export interface ItemsImplementation<N extends NodeType = NodeType, Payload = unknown> {
  readonly definition: N;
  runItems(
    ctx: RunContext,
    batch: readonly ItemOf<N>[],
    inputs: InputsOf<N>,
    params: ParamsOf<N>,
  ): Promise<readonly (Payload | ItemFailure | Promise<Payload | ItemFailure>)[]>;
  expand(
    row: ItemOf<N>,
    payload: Payload,
    params: ParamsOf<N>,
  ): Iterable<ResultRowOf<N>> | AsyncIterable<ResultRowOf<N>>;
  /**
   * Called once a step: what it gives looks at each output row beside the row that it was made of, in order and also where
   * that is reused, and throws a GraphError to refuse it.
   */
  watch?(ctx: RunContext, params: ParamsOf<N>): (row: ItemOf<N>, out: ResultRowOf<N>) => void;
  /**
   * Looks at the whole result before it is committed, also when there were no items; throws a GraphError
   * to refuse it, as a loader refuses an empty corpus.
   */
  finish?(
    ctx: RunContext,
    result: { readonly items: number; readonly rows: number },
    params: ParamsOf<N>,
  ): void;
}

export type Implementation = WholeImplementation | ItemsImplementation;
/** Implementations by node type. */
export type Implementations = ReadonlyMap<string, Implementation>;

export function implement<N extends NodeType>(
  definition: N,
  run: WholeImplementation<N>['run'],
): WholeImplementation<N> {
  return { definition, run };
}

export function implementItems<N extends NodeType, Payload>(
  definition: N,
  parts: Omit<ItemsImplementation<N, Payload>, 'definition'>,
): ItemsImplementation<N, Payload> {
  return { definition, ...parts };
}
