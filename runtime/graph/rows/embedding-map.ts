/** The vectors of the rows on a map, concatenated, each scaled to -127 to 127: only directions count. */
export interface EmbeddingVectors {
  readonly dimension: number;
  /** Signed bytes, as base64. */
  readonly values: string;
}

/** A question, and its nearest points on a map. */
export interface MapQuestion {
  readonly question: string;
  /** Points by their index on the map, with weights that sum to 1. */
  readonly near: readonly { readonly point: number; readonly weight: number }[];
}

/** The vectors of an artifact on the plane of their first two principal components. */
export interface EmbeddingMap {
  /** Indices of the rows on the map, from 0: all, or evenly spaced ones of very many. */
  readonly rows: readonly number[];
  /** x and y of each, from -1 to 1. */
  readonly places: readonly number[];
  /** Documents of the rows, those with most rows first. */
  readonly documents: readonly string[];
  /** For each row on the map, the index of its document in `documents`. */
  readonly documentOf: readonly number[];
  /** Number of rows in the artifact. */
  readonly total: number;
}
