/** What a search over the rows of an output has found. */
export interface Found {
  /** Rows that hold the text, from 0, in order. */
  readonly rows: readonly number[];
  /** Rows that have been looked at. */
  readonly searched: number;
  /** Whether that was all of them. */
  readonly complete: boolean;
  /** Whether it goes on. */
  readonly searching: boolean;
  /** Whether it goes on, and has found nothing yet. */
  readonly loading: boolean;
}

/** Where rows stand that were put in order. */
export interface Places {
  readonly placeOf: (row: number) => number;
  readonly first: number | undefined;
  readonly last: number | undefined;
}
