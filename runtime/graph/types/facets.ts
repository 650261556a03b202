import { sameJson } from '../base/canonical-json.ts';
import { own } from '../base/record.ts';
import { promptFor, type Pooling } from '../rows/embedding-layout.ts';
import type { ModelFacts, RemoteAsking } from '../rows/model.ts';

/**
 * What is known of a port before a run. All parts are optional: unknown parts are absent, and two facets clash only if
 * both are known and differ.
 */
export interface Facets {
  /**
   * The embedder behind the vectors, its weights' digest, and their dimension. Weights that a run has yet to make have
   * no digest, but the output that will make them; a step that needs them gets the digest of the artifact. `before`
   * counts the rounds of a loop since they were made: larger is earlier.
   */
  readonly embedder?: {
    readonly model: string;
    readonly digest?: string;
    readonly madeBy?: MadeBy;
    /** Of these vectors: fewer than the embedder gives if they were cut. */
    readonly dimension: number;
    /** How it makes a vector of tokens; absent: their mean, or unknown if it is remote. The digest covers it; people read it in messages. */
    readonly pooling?: readonly Pooling[];
    /** Text before each passage; absent: none. */
    readonly prompt?: string;
    /** What runs it, if not onnxruntime. */
    readonly engine?: 'llama.cpp' | 'remote';
    /** How to ask a remote one; known only where it is an input, not of its vectors. */
    readonly remote?: RemoteAsking;
    /** For an embedder of questions only: the embedder of the passages. */
    readonly passages?: Omit<EmbedderFacet, 'digest' | 'dimension' | 'madeBy' | 'passages'> & {
      readonly digest: string;
    };
  };
  /**
   * The language model: id, digest of the weights, architecture, context length in tokens. Weights that a run has yet
   * to make have no digest.
   */
  readonly model?: {
    readonly id: string;
    readonly digest?: string;
    readonly architecture: string;
    readonly contextLength: number;
    /** Address of a remote model; absent: the weights are local. */
    readonly remote?: RemoteAsking;
  };
  /** A reranker on a server: its name there, perhaps none, and how to ask it. */
  readonly crossEncoder?: { readonly model: string; readonly remote: RemoteAsking };
  /** An adapter's base digest, kinds of target modules and rank. */
  readonly adapter?: {
    readonly baseDigest?: string;
    readonly targets?: readonly string[];
    readonly rank?: number;
    /** Several adapters at one port, if they differ. */
    readonly ranks?: readonly number[];
  };
  /** Whether prompts have passages; a question without a hit has none all the same. */
  readonly passages?: boolean;
  /** The form in which a dataset's rows are trained on. */
  readonly form?: TaughtForm;
  /** About how many of a dataset’s rows evaluation keeps, where both are known. */
  readonly evaluation?: { readonly rows: number; readonly of: number };
  /** The trainings that shaped a model or adapters last, where their form is known. */
  readonly taught?: readonly Taught[];
  /** Tables that a parameter names, as far as they have been read. */
  readonly tables?: readonly TableHead[];
}

/** Rows as a model reads them: in its chat template, or as plain text. */
export type TaughtForm =
  | {
      readonly kind: 'chat';
      /** The system prompts above the rows, empty: none. Absent: unknown. */
      readonly systems?: readonly string[];
    }
  | { readonly kind: 'text' };

/**
 * A training: its form, and the path of its node; absent: the node whose output this is. At an input, `edge` is the index
 * of the connection that it arrives by.
 */
export type Taught = TaughtForm & { readonly by?: string; readonly edge?: number };

/** The first rows of a table. */
export interface TableHead {
  readonly path: string;
  /** Of the first row. */
  readonly columns: readonly string[];
  readonly head: readonly Readonly<Record<string, unknown>>[];
  /** About how many rows the whole table has; absent: it was too large to count them. */
  readonly rows?: number;
}

/** The heads of the tables that patterns match; undefined if they have not all been read. */
export type TableLookup = (patterns: readonly string[]) => readonly TableHead[] | undefined;

/** An output of a node, by its path without numbers of rounds. */
export interface MadeBy {
  readonly node: string;
  readonly port: string;
  readonly before?: number;
}

export type PortFacets = Readonly<Record<string, Facets>>;

/** A clash found by a node's `check`: its location and the remedy. */
export interface FacetClash {
  readonly port?: string;
  readonly param?: string;
  readonly message: string;
}

/** What seldom is meant although it runs: the remedy, at this node and at the other that it concerns. */
export interface FacetWarning {
  readonly port?: string;
  readonly param?: string;
  /** `other` is the name of the other node; empty without one. */
  message(other: string): string;
  /** An earlier node by its path, and what it says there; `other` is the name of this node. */
  readonly also?: { readonly node: string; readonly port?: string; message(other: string): string };
}

export type EmbedderFacet = NonNullable<Facets['embedder']>;

/** How a step embeds passages. */
export interface PassageSettings {
  /** Components kept of each vector; 0: all. */
  readonly dimensions: number;
  /** Instead of the embedder's own prompt, if it is not empty. */
  readonly prompt: string;
}

/**
 * The facet of passages that an embedder of the catalogue embeds, by default as the model states it; undefined if its
 * dimension is unknown.
 */
export function embedderFacet(
  facts: ModelFacts | undefined,
  settings: PassageSettings = { dimensions: 0, prompt: '' },
): EmbedderFacet | undefined {
  if (facts?.dimension === undefined) return undefined;
  const { id: model, digest, dimension, embedding } = facts;
  const pooling = embedding?.pooling ?? ['mean'];
  const prompt = promptFor(embedding, 'passages');
  return passageFacet(
    {
      ...{ model, digest, dimension },
      ...(pooling.join() === 'mean' ? {} : { pooling }),
      ...(prompt === '' ? {} : { prompt }),
      ...(facts.format === 'gguf' ? { engine: 'llama.cpp' } : {}),
    },
    settings,
  );
}

/** The facet of passages that an embedder embeds with these settings. */
export function passageFacet(
  { remote: _, ...embedder }: EmbedderFacet,
  { dimensions, prompt }: PassageSettings,
): EmbedderFacet {
  return {
    ...embedder,
    ...(dimensions > 0 ? { dimension: dimensions } : {}),
    ...(prompt === '' ? {} : { prompt }),
  };
}

/**
 * Whether both are the same weights, so that a question of one can search vectors of the other; undefined if unknown.
 * Weights that a run has yet to make equal no existing ones.
 */
export function sameEmbedder(one: EmbedderFacet, other: EmbedderFacet): boolean | undefined {
  if (one.digest !== undefined || other.digest !== undefined) return one.digest === other.digest;
  if (one.madeBy === undefined || other.madeBy === undefined) return undefined;
  return sameJson(one.madeBy, other.madeBy);
}

/** Whether passages of both may lie in one index: the same weights, dimension and prompt; undefined if unknown. */
export function samePassages(one: EmbedderFacet, other: EmbedderFacet): boolean | undefined {
  const isCutAlike = one.dimension === other.dimension && one.prompt === other.prompt;
  return isCutAlike ? sameEmbedder(one, other) : false;
}

/** An embedder and what tells its vectors from others, for messages: `bge-small (384 wide, cls pooling)`. */
export function embedderWords({ model, dimension, pooling, prompt }: EmbedderFacet): string {
  const parts = [
    `${dimension} wide`,
    ...(pooling === undefined ? [] : [`${pooling.join(' and ')} pooling`]),
    ...(prompt === undefined ? [] : [`prompt ${JSON.stringify(prompt)}`]),
  ];
  return `${model} (${parts.join(', ')})`;
}

/** The embedder of the passages for an embedder of questions. */
export function passageEmbedder({ passages, ...embedder }: EmbedderFacet): EmbedderFacet {
  return passages === undefined ? embedder : { ...passages, dimension: embedder.dimension };
}

/** What all of them know and agree on; unknown parts stay unknown. */
export function sharedFacets(all: readonly Facets[]): Facets {
  const [first = {}, ...others] = all;
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) =>
      others.every((facet) => sameJson(own({ ...facet }, name), value)),
    ),
  );
}
