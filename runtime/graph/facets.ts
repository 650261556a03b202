/**
 * What is known of a port before running. All parts are optional: what is not known is absent,
 * and two facets clash only where both are known and differ.
 */
export interface Facets {
  /** Which embedder made the vectors, its weights' digest, and their dimension. */
  readonly embedder?: {
    readonly model: string;
    readonly digest: string;
    readonly dimension: number;
  };
  /** The base model: catalogue id, weights' digest, architecture, context length in tokens. */
  readonly model?: {
    readonly id: string;
    readonly digest: string;
    readonly architecture: string;
    readonly contextLength: number;
  };
  /** An adapter's base digest and target modules. */
  readonly adapter?: { readonly baseDigest: string; readonly targets: readonly string[] };
  /** Columns of a dataset. */
  readonly columns?: readonly string[];
}

export type PortFacets = Readonly<Record<string, Facets>>;

/** A clash found by a node's `check`: where it is, and what to do. */
export interface FacetClash {
  readonly port?: string;
  readonly param?: string;
  readonly message: string;
}
