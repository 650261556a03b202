import type { z } from 'zod';
import type { Encoding, Family, PortType, ValueOf } from '../rows/port-type.ts';
import type { FacetClash, FacetWarning, PortFacets } from './facets.ts';
import type { InterfaceLookup } from './graph-interface.ts';
import type { Cores, Lane } from './lane.ts';
import type { ModelLookup } from '../rows/model.ts';
import type { ParamConditions } from '../params/param-conditions.ts';
import type { SourceFile } from './resolved-source.ts';
import type { ParamsSchema } from '../params/param-fields.ts';

export interface InputPort<T extends PortType = PortType> {
  readonly type: T;
  readonly doc: string;
  /** May stay unconnected. */
  readonly optional?: boolean;
  /** Accepts any number of edges, in the order of the edge strings. */
  readonly many?: boolean;
  /** For a model: accepts remote ones, which can only be asked. */
  readonly remote?: boolean;
}
export interface OutputPort<T extends PortType = PortType> {
  readonly type: T;
  readonly doc: string;
  /**
   * For a node that is not of map type: input ports whose rows map to its rows one by one, so that a part of the input
   * gives the same part of the output. Races run on such parts.
   */
  readonly itemsOf?: readonly string[];
  /** For a model: one on a server, which can only be asked. */
  readonly remote?: boolean;
}
export type InputPorts = Readonly<Record<string, InputPort>>;
export type OutputPorts = Readonly<Record<string, OutputPort>>;

/** `pure`: same key, same result. `seeded`: pure for a given `seed` parameter. `volatile`: never reused. */
export type Caching = 'pure' | 'seeded' | 'volatile';

/** Something outside the graph that the cache key must cover; resolved to digests before planning. */
export type Source =
  /** Files below the workspace: paths, folders or globs. Missing or outside files are a located problem. */
  | {
      readonly kind: 'files';
      readonly patterns: readonly string[];
      readonly param: string;
      /** Missing files are not an error. */
      readonly optional?: boolean;
      /** Tables whose first rows `facets` depends on. */
      readonly tables?: true;
    }
  /** A model of the catalogue, by id. */
  | { readonly kind: 'model'; readonly id: string; readonly param: string }
  /** The current period of so many hours, for external data that Graft fetches once a period. */
  | { readonly kind: 'clock'; readonly hours: number; readonly param: string }
  /** The database behind a secret of the operator: its identity, not its content. */
  | { readonly kind: 'database'; readonly secret: string; readonly param: string };

/** A web address that a step fetches itself. */
export interface ReachedAddress {
  readonly url: string;
  /** The request carries workspace data; see `WebRequest`. */
  readonly asks: boolean;
  readonly param: string;
}

/** The items of a map-type node: the rows of an input port, or the files of a `files` source. */
export type ItemsOver = string | FilesOver;
/** The parameter whose `files` source supplies the items: each is a `SourceFile`, keyed by path and digest. */
export interface FilesOver {
  readonly files: string;
}

/** Declares a map-type node: the engine runs it item by item and reuses every item it has seen. */
export interface ItemsSpec<Over extends ItemsOver = ItemsOver> {
  /** The input port whose rows are the items, or `{ files: param }`: one item a file of that source. */
  readonly over: Over;
  /**
   * Paths of the fields (`text`, `question.question`, `passages.length`) that the result depends on, perhaps by the
   * params; absent: the whole row. Ignored over files.
   */
  readonly key?:
    readonly string[] | ((params: Readonly<Record<string, unknown>>) => readonly string[]);
  /** Length of a row, for batches sorted by length. */
  length?(row: unknown): number;
  /** A text to sort rows by instead, if rows with a common beginning compute faster in sequence. */
  prefix?(row: unknown): string;
  /**
   * It sends a remote model at most one request for each row, with no other texts than those of the row and its
   * parameters, and an answer of at most `maxTokens`: a plan can tell the greatest cost.
   */
  readonly asksOnce?: true;
  /** Maximal rows of a batch; default 32. A failed batch loses its results, except fulfilled promises. */
  readonly batch?: number;
}

/**
 * Upgrades params from version `from` to `from + 1`. Declares renamed ports and parameters, so that edges, settings of
 * experiments and exposed parameters follow.
 */
export interface NodeMigration {
  readonly from: number;
  readonly name: string;
  params(params: Readonly<Record<string, unknown>>): Record<string, unknown>;
  readonly renamedInputs?: Readonly<Record<string, string>>;
  readonly renamedOutputs?: Readonly<Record<string, string>>;
  /** Old name → new name. */
  readonly renamedParams?: Readonly<Record<string, string>>;
}

export interface ParamPreset {
  readonly title: string;
  /** What it is for, a sentence. */
  readonly doc: string;
  /** By parameter; all presets of a type set the same ones. */
  readonly params: Readonly<Record<string, unknown>>;
}

export interface NodeType<
  Type extends string = string,
  Inputs extends InputPorts = InputPorts,
  Outputs extends OutputPorts = OutputPorts,
  Schema extends ParamsSchema = ParamsSchema,
  Over extends ItemsOver = ItemsOver,
> {
  /** kebab-case; also the folder's name. */
  readonly type: Type;
  /** Types that this one replaces: Graft reads their nodes as its version 1, whatever version the file states. */
  readonly formerly?: readonly string[];
  /** Version of the definition's shape: params and ports. */
  readonly version: number;
  /** Version of the results of `run`: raise it when the same inputs give another result. Part of the cache key. */
  readonly implementation: number;
  readonly title: string;
  readonly group: Family;
  /** One paragraph. */
  readonly doc: string;
  /** Search words for people, beyond its title and `doc`. */
  readonly synonyms?: readonly string[];
  readonly inputs: Inputs;
  readonly outputs: Outputs;
  readonly params: Schema;
  /** Conditions of parameters that do not always apply: a form hides the others. Absent: all apply. */
  readonly when?: ParamConditions<z.output<Schema>>;
  /** Named values for several parameters at once, the quickest first. Absent: each is set by itself. */
  readonly presets?: readonly ParamPreset[];
  /** The two or three parameters that matter, for the node's card. */
  summary(params: z.output<Schema>): readonly (readonly [string, string])[];
  /** Names of its per-item metrics, the deciding one first: experiments offer them. */
  metrics?(params: z.output<Schema>): readonly string[];
  /** The meaning of each of the `values` of its metric rows, a sentence; `recall` covers `recall@k` for any k. */
  readonly meanings?: Readonly<Record<string, string>>;
  readonly caching: Caching;
  readonly items?: ItemsSpec<Over>;
  sources?(params: z.output<Schema>): readonly Source[];
  /** Web addresses in its parameters, so that a plan can report unreachable ones. */
  reaches?(params: z.output<Schema>): readonly ReachedAddress[];
  /**
   * Facets of the outputs, from the params and the facets of the inputs. For a parameter that names tables, `inputs`
   * holds those that have been read, under the parameter's name.
   */
  facets?(params: z.output<Schema>, inputs: PortFacets, models: ModelLookup): PortFacets;
  /** Clashes between the params and the facets of the inputs. */
  check?(params: z.output<Schema>, inputs: PortFacets, models: ModelLookup): readonly FacetClash[];
  /** What seldom is meant, although the node runs. Asked only where nothing clashes. */
  warn?(params: z.output<Schema>, inputs: PortFacets): readonly FacetWarning[];
  /**
   * The engines that it uses: the cache key contains their versions, and a step gets no others. The first runs on the
   * step's device.
   */
  readonly engines?: readonly EngineName[];
  readonly device: {
    /** Device that it claims: only `cpu`, or any accelerator that its backend supports. */
    readonly needs: 'cpu' | 'accelerator';
    /** Whether the device class affects the bytes; then the key contains it. */
    readonly affectsResult: boolean;
  };
  /** Its queue and process. Absent: `light` if it only uses the CPU, else `inference`. */
  readonly lane?: Lane;
  /** CPU cores that a step occupies. Absent: `one` in `light` and `bulk`, `all` in the others. */
  readonly cores?: Cores;
  readonly migrations: readonly NodeMigration[];
  /**
   * Its ports, if they depend on its parameters or on the graph that these name; `inputs` and `outputs` then hold those
   * of the defaults. Receives the params as written, valid or not, and never throws. Read it through `shapedType`.
   */
  ports?(params: Readonly<Record<string, unknown>>, graphs: InterfaceLookup): NodePorts;
  /** Name of a node without a title, if the parameters determine it; called like `ports`. */
  titleFor?(params: Readonly<Record<string, unknown>>): string | undefined;
  /** All its parameters, if they depend on the graph that some of them name; called like `ports`. */
  paramsFor?(params: Readonly<Record<string, unknown>>, graphs: InterfaceLookup): ParamsSchema;
  /** For types that structure the graph and never run themselves: planning removes them, or runs their graph. */
  readonly structure?: Structure;
}

/**
 * `input`, `output`: the interface of a graph. `graph`: another graph in its place. `repeat`: a graph that runs
 * repeatedly; its rounds become steps during the run.
 */
export type Structure = 'input' | 'output' | 'graph' | 'repeat';

/** Whether its nodes use a graph, named by `use`, which determines their ports and form. */
export function usesGraph({ structure }: Pick<NodeType, 'structure'>): boolean {
  return structure === 'graph' || structure === 'repeat';
}

/** Whether its nodes are steps of a run under their own ids. */
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

/** The node types to read a graph against, by `type`. The core takes it as an argument. */
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

/** A stream of rows, readable any number of times; in memory as a whole only on request. */
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
/** A folder to store: Graft moves `path` and writes `info` as its `graft.json`. */
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

/** An item of a map-type node: a row or a file. */
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
/** A row of a map-type node's single output. */
export type ResultRowOf<N> =
  N extends NodeType<string, InputPorts, infer Outputs, ParamsSchema>
    ? Outputs[keyof Outputs] extends OutputPort<infer T>
      ? ValueOf<T>
      : never
    : never;

/** Engines whose version affects results, beside the nodes' own code. */
export const engineNames = ['onnxruntime', 'llama.cpp', 'lance', 'training', 'remote'] as const;
export type EngineName = (typeof engineNames)[number];

/** Versions of this installation, as cache keys contain them: `onnxruntime-node 1.30.0, tokenizers 0.2.0`. */
export type EngineVersions = Readonly<Record<EngineName, string>>;

/** The parameters that matter, for a card: name and value. */
export type NodeFacts = readonly (readonly [string, string])[];

/** Summarizes a node's parameters as written; undefined if they are invalid. */
export function factsOf(
  { params: schema, summary }: Pick<NodeType, 'params' | 'summary'>,
  params: unknown,
): NodeFacts | undefined {
  const parsed = schema.safeParse(params);
  return parsed.success ? summary(parsed.data) : undefined;
}
