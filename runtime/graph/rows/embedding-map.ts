/** The vectors of the rows on a map, one after the other, each to its own scale from -127 to 127: only their directions count. */
export interface EmbeddingVectors {
  readonly dimension: number;
  /** Signed bytes, as base64. */
  readonly values: string;
}

/** A question, and the points of a map that were found nearest to it. */
export interface MapQuestion {
  readonly question: string;
  /** Points by their numbers on the map, and how much each counts: together 1. */
  readonly near: readonly { readonly point: number; readonly weight: number }[];
}

/** Where the vectors of an artifact lie on the plane of their two first principal components. */
export interface EmbeddingMap {
  /** Numbers of the rows that are on it, from 0: all of them, or of very many such as stand as far apart. */
  readonly rows: readonly number[];
  /** x and y of each of these, from -1 to 1. */
  readonly places: readonly number[];
  /** Documents that the rows are of, those with most rows first. */
  readonly documents: readonly string[];
  /** Of each row on the map the number of its document in `documents`. */
  readonly documentOf: readonly number[];
  /** Rows that the artifact has. */
  readonly total: number;
}
