/** What a search over the rows of an output has found. */
export interface Found {
  /** Rows that hold the text, from 0. */
  readonly rows: readonly number[];
  readonly searched: number;
  readonly complete: boolean;
  readonly loading: boolean;
}
