export type DatabaseValue = string | number | boolean | null;

/** One statement that reads. */
export interface DatabaseQuery {
  readonly text: string;
  /** Of `$1`, `$2` … */
  readonly values: readonly DatabaseValue[];
  /** That the server may work on it. */
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** Databases that the operator has given a secret each: its address, with name and password. */
export interface Databases {
  /**
   * Rows of a query, by the names of their columns, some hundred at a time, in a transaction that can only read. Throws
   * `unavailable` for a database that may or can not be asked, and `bad-param` for a query that it refuses.
   */
  rows(
    secret: string,
    query: DatabaseQuery,
  ): AsyncIterable<readonly Readonly<Record<string, unknown>>[]>;
}
