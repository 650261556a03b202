import { sameJson } from '../base/canonical-json.ts';
import { own } from '../base/record.ts';
import type { RemoteAsking } from '../rows/model.ts';

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
    readonly dimension: number;
    /** For an embedder of questions only: the embedder of the passages. */
    readonly passages?: { readonly model: string; readonly digest: string };
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
  /** An adapter's base digest, kinds of target modules and rank. */
  readonly adapter?: {
    readonly baseDigest?: string;
    readonly targets?: readonly string[];
    readonly rank?: number;
    /** Several adapters at one port, if they differ. */
    readonly ranks?: readonly number[];
  };
  /** Columns of a dataset. */
  readonly columns?: readonly string[];
}

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

export type EmbedderFacet = NonNullable<Facets['embedder']>;

/**
 * Whether vectors of both are comparable; undefined if unknown. Weights that a run has yet to make equal no existing
 * ones.
 */
export function sameEmbedder(one: EmbedderFacet, other: EmbedderFacet): boolean | undefined {
  if (one.digest !== undefined || other.digest !== undefined) return one.digest === other.digest;
  if (one.madeBy === undefined || other.madeBy === undefined) return undefined;
  return sameJson(one.madeBy, other.madeBy);
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
