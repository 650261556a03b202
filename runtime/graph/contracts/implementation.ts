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

/** What a node's `run` receives besides inputs and params. */
export interface RunContext {
  readonly signal: AbortSignal;
  /** The node's id, for messages. */
  readonly node: string;
  progress(progress: { done: number; total?: number; unit: string; message?: string }): void;
  log(level: 'info' | 'warning' | 'error', message: string, item?: string): void;
  /** Text just written for an item. */
  token(item: string, text: string): void;
  /** Reports a metric row as it arrives, for live curves; the rows of the result are an output. */
  metrics(row: MetricRow): void;
  /** Reserves memory on the step's device; waits until it is free. Throws `out-of-memory`. */
  lease(bytes: number): Promise<Lease>;
  /** Bytes that a lease could get now if idle models were unloaded; Infinity if the device does not report it. */
  room(): Promise<number>;
  readonly models: {
    facts(id: string): ModelFacts;
    /** Downloads what is missing, with progress, and tells where each file of the model lies, by its path in the model. */
    files(id: string): Promise<ReadonlyMap<string, string>>;
  };
  readonly backends: Backends;
  readonly web: Web;
  readonly databases: Databases;
  readonly seed: number;
  /** `auto`, or the requested device id. */
  readonly device: string;
  readonly sources: readonly StepSource[];
  /** Planned facets of each input port, such as the embedder that made the vectors. */
  readonly inputFacets: PortFacets;
  /** An empty folder on the artifact store's filesystem, removed after the step. */
  scratch(): Promise<string>;
  /**
   * A folder with verified copies of files, each at its workspace path, for code that reads files only by path. Graft
   * removes it after the step. Throws `input-changed`.
   */
  copies(files: readonly SourceFile[]): Promise<string>;
  /**
   * Absolute path of a file or folder to write below the workspace; it need not exist. Throws `outside-workspace` for a
   * path that leads out, also through a link, `bad-param` for a path that may not be written, and `unavailable` where
   * there is no workspace. Volatile steps always have one.
   */
  output(path: string): Promise<string>;
  /**
   * The read-only folder of this node's last output in this file, with other inputs and otherwise the same key;
   * undefined if it no longer exists. For results that are cheaper to derive from the last one. The result must be as
   * good as one made from scratch, because the key does not distinguish them.
   */
  previous(output: string): Promise<string | undefined>;
  /**
   * A folder for the step's cache key. It still holds what a cancelled or crashed attempt left; Graft removes it once
   * the step's outputs are stored. Waits, and reports that, while an earlier attempt still writes to it.
   */
  checkpoints(): Promise<string>;
  /** Reports a checkpoint in that folder. */
  checkpoint(report: CheckpointReport): void;
  /**
   * Values that several items of a step, and later runs, share. Each is computed once a key and kept in the item cache.
   * It depends on the step's models, device and implementation, but on none of its parameters. `name` distinguishes the
   * memos of a node; the same name returns the same memo with another `compute`. Values are plain JSON or a
   * Float32Array. Graft computes stored values that do not fit `schema` again.
   */
  memo<Value>(
    name: string,
    schema: z.ZodType<Value>,
    compute: MemoCompute<Value>,
  ): Promise<ItemMemo<Value>>;
}

/** Computes the values of keys, in order. */
export type MemoCompute<Value> = (keys: readonly string[]) => Promise<readonly Value[]>;

export interface ItemMemo<Value> {
  /** Computes and stores the values of keys that have none, some dozens at once. */
  fill(keys: Iterable<string>): Promise<void>;
  /** The value of a key; computes it alone if it was not filled. Memory is bounded: other values are read again. */
  get(key: string): Promise<Value>;
  /** The value of a key, if it has one; computes nothing. */
  peek(key: string): Promise<Value | undefined>;
  /** Replaces the value of a key. For values that are no function of their key, such as the newest key. */
  put(key: string, value: Value): Promise<void>;
}

/** One item failed. Graft retries it alone, reports it and goes on with the others. */
export class ItemFailure {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** A node that runs as a whole. */
export interface WholeImplementation<N extends NodeType = NodeType> {
  readonly definition: N;
  // Method syntax, because implementations of different nodes share one map.
  run(ctx: RunContext, inputs: InputsOf<N>, params: ParamsOf<N>): Promise<OutputsOf<N>>;
}

/**
 * A map-type node. `runItems` maps a batch of rows, in order, to payloads (plain JSON or a Float32Array) or promises of
 * them; Graft stores each as soon as its promise is fulfilled, whatever happens to the others. `expand` turns a row and
 * its payload into output rows, so that ids and paths come from the row and are never cached. An asynchronous `expand`
 * may stream rows too large to cache from the item's file.
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
   * Called once a step. The returned function receives each output row with its source row, in order, also reused ones,
   * and throws a GraphError to refuse it.
   */
  watch?(ctx: RunContext, params: ParamsOf<N>): (row: ItemOf<N>, out: ResultRowOf<N>) => void;
  /**
   * Checks the whole result before it is committed, even without items; throws a GraphError to refuse it, for example
   * an empty corpus.
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
