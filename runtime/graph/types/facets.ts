import { sameJson } from '../base/canonical-json.ts';
import { own } from '../base/record.ts';
import type { RemoteAsking } from '../rows/model.ts';

/**
 * What is known of a port before running. All parts are optional: what is not known is absent,
 * and two facets clash only where both are known and differ.
 */
export interface Facets {
  /**
   * Which embedder made the vectors, or makes them, its weights' digest, and their dimension. Weights that a run is yet to
   * make have no digest, but the output that will give them; a step that needs them is told the digest of its artifact.
   * `before` tells what earlier rounds of a loop made from what this one does, and from each other: the larger, the earlier.
   */
  readonly embedder?: {
    readonly model: string;
    readonly digest?: string;
    readonly madeBy?: MadeBy;
    readonly dimension: number;
    /** Of one that embeds questions only: what embeds the passages that they are compared with. */
    readonly passages?: { readonly model: string; readonly digest: string };
  };
  /**
   * The language model: id, weights' digest, architecture, context length in tokens. Weights that a run is yet
   * to make have no digest.
   */
  readonly model?: {
    readonly id: string;
    readonly digest?: string;
    readonly architecture: string;
    readonly contextLength: number;
    /** Of a model that answers elsewhere; absent: its weights are here. */
    readonly remote?: RemoteAsking;
  };
  /** An adapter's base digest, kinds of target modules and rank. */
  readonly adapter?: {
    readonly baseDigest?: string;
    readonly targets?: readonly string[];
    readonly rank?: number;
    /** Of several adapters at one port, where they differ. */
    readonly ranks?: readonly number[];
  };
  /** Columns of a dataset. */
  readonly columns?: readonly string[];
}

/** An output of a node, by its path without rounds. */
export interface MadeBy {
  readonly node: string;
  readonly port: string;
  readonly before?: number;
}

export type PortFacets = Readonly<Record<string, Facets>>;

/** A clash found by a node's `check`: where it is, and what to do. */
export interface FacetClash {
  readonly port?: string;
  readonly param?: string;
  readonly message: string;
}

export type EmbedderFacet = NonNullable<Facets['embedder']>;

/**
 * Whether vectors of both can be compared; undefined where that is not known. What a run is yet to make is none of what
 * is there already.
 */
export function sameEmbedder(one: EmbedderFacet, other: EmbedderFacet): boolean | undefined {
  if (one.digest !== undefined || other.digest !== undefined) return one.digest === other.digest;
  if (one.madeBy === undefined || other.madeBy === undefined) return undefined;
  return sameJson(one.madeBy, other.madeBy);
}

/** What passages are embedded with where this one embeds the questions. */
export function passageEmbedder({ passages, ...embedder }: EmbedderFacet): EmbedderFacet {
  return passages === undefined ? embedder : { ...passages, dimension: embedder.dimension };
}

/** What is known in all of them, and alike: where one knows nothing, nothing is said. */
export function sharedFacets(all: readonly Facets[]): Facets {
  const [first = {}, ...others] = all;
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) =>
      others.every((facet) => sameJson(own({ ...facet }, name), value)),
    ),
  );
}
