import type { z } from 'zod';
import type { Encoding, Family, PortType, ValueOf } from '../rows/port-type.ts';
import type { FacetClash, PortFacets } from './facets.ts';
import type { InterfaceLookup } from './graph-interface.ts';
import type { Cores, Lane } from './lane.ts';
import type { ModelLookup } from '../rows/model.ts';
import type { ParamConditions } from '../params/param-conditions.ts';
import type { SourceFile } from './resolved-source.ts';
import type { ParamsSchema } from '../params/param-meta.ts';

export interface InputPort<T extends PortType = PortType> {
  readonly type: T;
  readonly doc: string;
  /** May stay unconnected. */
  readonly optional?: boolean;
  /** Takes any number of edges; their order is the order of the edge strings. */
  readonly many?: boolean;
  /** Of a model: may be one whose weights are not here, which can be asked only. */
  readonly remote?: boolean;
}
export interface OutputPort<T extends PortType = PortType> {
  readonly type: T;
  readonly doc: string;
  /**
   * Of a node that is not of map type: input ports whose rows its rows are of, one by one, so that a part of those gives
   * the same part of these. Experiments race on parts of the items by it.
   */
  readonly itemsOf?: readonly string[];
}
export type InputPorts = Readonly<Record<string, InputPort>>;
export type OutputPorts = Readonly<Record<string, OutputPort>>;

/**
 * `pure`: same key, same result. `seeded`: pure for a given `seed` parameter.
 * `volatile`: never reused.
 */
export type Caching = 'pure' | 'seeded' | 'volatile';

/** Something outside the graph whose bytes belong to the cache key; resolved to digests before planning. */
export type Source =
  /** Files below the workspace: paths, folders or globs. Missing or outside: a located problem. */
  | {
      readonly kind: 'files';
      readonly patterns: readonly string[];
      readonly param: string;
      /** Missing files are not an error. */
      readonly optional?: boolean;
    }
  /** A model of the catalogue, by id. */
  | { readonly kind: 'model'; readonly id: string; readonly param: string }
  /** The present, in periods of so many hours: for what is outside of Graft and is looked at once in each. */
  | { readonly kind: 'clock'; readonly hours: number; readonly param: string }
  /** The database that a secret of the operator leads to: which it is, not what is in it. */
  | { readonly kind: 'database'; readonly secret: string; readonly param: string };

/** An address of the web that a step gets by itself. */
export interface ReachedAddress {
  readonly url: string;
  /** What it asks there carries something of the workspace; see `WebRequest`. */
  readonly asks: boolean;
  readonly param: string;
}

/** What the items of a map-type node are: the rows of an input port, or the files of a `files` source. */
export type ItemsOver = string | FilesOver;
/** The parameter whose `files` source gives the items: each is a `SourceFile`, keyed by path and digest. */
export interface FilesOver {
  readonly files: string;
}

/** Declares a map-type node: the engine runs it item by item and reuses every item it has seen. */
export interface ItemsSpec<Over extends ItemsOver = ItemsOver> {
  /** The input port whose rows are the items, or `{ files: param }`: one item a file of that source. */
  readonly over: Over;
  /**
   * Paths of the fields (`text`, `question.question`) that the result depends on; absent: the whole row.
   * Not used over files.
   */
  readonly key?: readonly string[];
  /** Length of a row, for batches sorted by length. */
  length?(row: unknown): number;
  /** A text by which rows are sorted instead, where those that begin alike are computed faster one after another. */
  prefix?(row: unknown): string;
  /** Rows a batch at most; default 32. One that stops loses its batch, but for promises that were fulfilled. */
  readonly batch?: number;
}

/**
 * An upgrade of params from version `from` to `from + 1`. It says which ports and parameters it renames, so that edges,
 * the settings of experiments and exposed parameters are carried along.
 */
export interface NodeMigration {
  readonly from: number;
  readonly name: string;
  params(params: Readonly<Record<string, unknown>>): Record<string, unknown>;
  readonly renamedInputs?: Readonly<Record<string, string>>;
  readonly renamedOutputs?: Readonly<Record<string, string>>;
  /** Old name → new one. */
  readonly renamedParams?: Readonly<Record<string, string>>;
}

export interface NodeType<
  Type extends string = string,
  Inputs extends InputPorts = InputPorts,
  Outputs extends OutputPorts = OutputPorts,
  Schema extends ParamsSchema = ParamsSchema,
  Over extends ItemsOver = ItemsOver,
> {
  /** kebab-case; the folder's name. */
  readonly type: Type;
  /** Types that it took the place of: in files, nodes of these are nodes of its version 1, whatever version they say. */
  readonly formerly?: readonly string[];
  /** Version of the definition's shape: params and ports. */
  readonly version: number;
  /** Version of what `run` computes: raise it when the same inputs give another result. Part of the cache key. */
  readonly implementation: number;
  readonly title: string;
  readonly group: Family;
  /** One paragraph. */
  readonly doc: string;
  /** Words that people search it by, where its title and `doc` have others. */
  readonly synonyms?: readonly string[];
  readonly inputs: Inputs;
  readonly outputs: Outputs;
  readonly params: Schema;
  /** Where parameters count that do not always: a form leaves out what does not. Absent: all do. */
  readonly when?: ParamConditions<z.output<Schema>>;
  /** The two or three parameters that matter, as shown on the node. */
  summary(params: z.output<Schema>): readonly (readonly [string, string])[];
  /** Names of the metrics that its rows of items have, the one to decide by first: what an experiment is offered. */
  metrics?(params: z.output<Schema>): readonly string[];
  /** What each of the `values` of its metric rows says, in a sentence; `recall` is `recall@k` of any k. */
  readonly meanings?: Readonly<Record<string, string>>;
  readonly caching: Caching;
  readonly items?: ItemsSpec<Over>;
  sources?(params: z.output<Schema>): readonly Source[];
  /** Addresses of the web that its parameters name, so that a plan can say which of them may not be reached. */
  reaches?(params: z.output<Schema>): readonly ReachedAddress[];
  /** Facets of the outputs, from the params and the inputs' facets. */
  facets?(params: z.output<Schema>, inputs: PortFacets, models: ModelLookup): PortFacets;
  /** Clashes between params and the inputs' facets. */
  check?(params: z.output<Schema>, inputs: PortFacets, models: ModelLookup): readonly FacetClash[];
  /**
   * The engines that it uses: their versions are part of the cache key, and a step gets no others. The first is the
   * one that computes on the step's device.
   */
  readonly engines?: readonly EngineName[];
  readonly device: {
    /** What it claims: `cpu` only, or any accelerator that its backend can use. */
    readonly needs: 'cpu' | 'accelerator';
    /** Whether another device class gives other bytes; then the class is part of the key. */
    readonly affectsResult: boolean;
  };
  /** Which steps it waits behind, and where it runs. Absent: `light` on the CPU only, else `inference`. */
  readonly lane?: Lane;
  /** What a step keeps busy of the CPU. Absent: `one` in `light` and `bulk`, `all` in the others. */
  readonly cores?: Cores;
  readonly migrations: readonly NodeMigration[];
  /**
   * Its ports, where they depend on its parameters, or on the graph that these name; `inputs` and `outputs` are then those
   * of its defaults. It is given the parameters as they stand in the file, right or wrong, and never throws. Read through
   * `shapedType`.
   */
  ports?(params: Readonly<Record<string, unknown>>, graphs: InterfaceLookup): NodePorts;
  /** What a node without a title is called, where its parameters say so; as `ports`. */
  titleFor?(params: Readonly<Record<string, unknown>>): string | undefined;
  /** All of its parameters, where they depend on the graph that some of them name; as `ports`. */
  paramsFor?(params: Readonly<Record<string, unknown>>, graphs: InterfaceLookup): ParamsSchema;
  /** What shapes the graph and never runs itself: planning takes it out, or runs its graph. */
  readonly structure?: Structure;
}

/**
 * `input`, `output`: what a graph takes and gives. `graph`: another graph in its place. `repeat`: another graph again and
 * again, whose rounds become steps while the run goes.
 */
export type Structure = 'input' | 'output' | 'graph' | 'repeat';

/** Whether a node of it uses a graph, which its `use` names and which its ports and form are of. */
export function usesGraph({ structure }: Pick<NodeType, 'structure'>): boolean {
  return structure === 'graph' || structure === 'repeat';
}

/** Whether a node of it is a step of a run under its own id. */
export function isStepType({ structure }: Pick<NodeType, 'structure'>): boolean {
  return structure === undefined || structure === 'repeat';
}

export interface NodePorts {
  readonly inputs: InputPorts;
  readonly outputs: OutputPorts;
}

/**
 * Defines a node type. Pure data, shared by the browser and the worker.
 * @example see `nodes/chunk/node.ts`
 */
export function defineNode<
  const Type extends string,
  const Inputs extends InputPorts,
  const Outputs extends OutputPorts,
  Schema extends ParamsSchema,
  const Over extends Extract<keyof Inputs, string> | FilesOver = never,
>(
  definition: NodeType<Type, Inputs, Outputs, Schema, Over>,
): NodeType<Type, Inputs, Outputs, Schema, Over> {
  return definition;
}

/** The node types that a graph is read against, by `type`. The core takes it as an argument. */
export type Registry = ReadonlyMap<string, NodeType>;

export type ParamsOf<N> =
  N extends NodeType<string, InputPorts, OutputPorts, infer Schema> ? z.output<Schema> : never;

type EncodedInput<T extends PortType> = T['encoding'] extends infer E extends Encoding
  ? E extends 'jsonl' | 'vectors'
    ? RowsInput<ValueOf<T>>
    : E extends 'tree'
      ? TreeInput<ValueOf<T>>
      : ValueOf<T>
  : never;

/** A stream of rows, readable any number of times; never all in memory unless asked. */
export interface RowsInput<Row> {
  readonly digest: string;
  readonly count: number;
  rows(): AsyncIterable<Row>;
  all(): Promise<Row[]>;
}
/** A folder on this machine, read-only; `info` is its `graft.json`. */
export interface TreeInput<Info> {
  readonly digest: string;
  readonly info: Info;
  readonly path: string;
}
/** A folder to store: `path` is taken over (moved), `info` is written as its `graft.json`. */
export interface TreeOutput<Info> {
  readonly path: string;
  readonly info: Info;
}

type InputOf<P> =
  P extends InputPort<infer T>
    ? P extends { readonly many: true }
      ? readonly EncodedInput<T>[]
      : P extends { readonly optional: true }
        ? EncodedInput<T> | undefined
        : EncodedInput<T>
    : never;
type OutputOf<P> =
  P extends OutputPort<infer T>
    ? T['encoding'] extends 'jsonl' | 'vectors'
      ? Iterable<ValueOf<T>> | AsyncIterable<ValueOf<T>>
      : T['encoding'] extends 'tree'
        ? TreeOutput<ValueOf<T>>
        : ValueOf<T>
    : never;

export type InputsOf<N> =
  N extends NodeType<string, infer Inputs, OutputPorts, ParamsSchema>
    ? { readonly [K in keyof Inputs]: InputOf<Inputs[K]> }
    : never;
export type OutputsOf<N> =
  N extends NodeType<string, InputPorts, infer Outputs, ParamsSchema>
    ? { readonly [K in keyof Outputs]: OutputOf<Outputs[K]> }
    : never;

/** The row, or the file, that a map-type node's items are. */
export type ItemOf<N> =
  N extends NodeType<string, infer Inputs, OutputPorts, ParamsSchema, infer Over>
    ? Over extends FilesOver
      ? SourceFile
      : Over extends keyof Inputs
        ? Inputs[Over] extends InputPort<infer T>
          ? ValueOf<T>
          : never
        : never
    : never;
/** The row of a map-type node's single output. */
export type ResultRowOf<N> =
  N extends NodeType<string, InputPorts, infer Outputs, ParamsSchema>
    ? Outputs[keyof Outputs] extends OutputPort<infer T>
      ? ValueOf<T>
      : never
    : never;

/** What computes results beside the nodes' own code: another version of it may give others. */
export const engineNames = ['onnxruntime', 'llama.cpp', 'lance', 'training', 'remote'] as const;
export type EngineName = (typeof engineNames)[number];

/** The versions of this installation, as they stand in cache keys: `onnxruntime-node 1.30.0, tokenizers 0.2.0`. */
export type EngineVersions = Readonly<Record<EngineName, string>>;

/** The parameters that matter, as a card shows them: name and value. */
export type NodeFacts = readonly (readonly [string, string])[];

/** The facts of a node's parameters as they stand in the file; undefined where they are wrong. */
export function factsOf(
  { params: schema, summary }: Pick<NodeType, 'params' | 'summary'>,
  params: unknown,
): NodeFacts | undefined {
  const parsed = schema.safeParse(params);
  return parsed.success ? summary(parsed.data) : undefined;
}
