/** What the worker is given: vectors one after the other, each to its own scale, since only their directions count. */
export interface UmapTask {
  readonly values: Int8Array;
  readonly dimension: number;
}

/** What it tells: the share that is done, or at the end x and y of each, from -1 to 1. */
export type UmapNews =
  | { readonly kind: 'neighbours' }
  | { readonly kind: 'moving'; readonly share: number }
  | { readonly kind: 'done'; readonly places: readonly number[] };
