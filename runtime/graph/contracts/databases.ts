export type DatabaseValue = string | number | boolean | null;

/** One statement that reads. */
export interface DatabaseQuery {
  readonly text: string;
  /** Of `$1`, `$2` … */
  readonly values: readonly DatabaseValue[];
  /** That the database may work on it. */
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** Some rows of a query, the values of each in the order of its columns, of which several may have one name. */
export interface DatabaseRows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Databases that the operator has given a secret each: its address, with name and password. */
export interface Databases {
  /**
   * Rows of a query, at most some hundred and some MiB at a time, at least once, in a transaction that can only read.
   * Times are texts: a timestamp without a zone stays without one. `identity` is that of the `database` source which the
   * step was keyed by. Throws `unavailable` for a database that may or can not be asked, `bad-param` for a query that it
   * refuses, `too-large` for rows that are, and `input-changed` where the secret leads to another database by now.
   */
  rows(
    database: { readonly secret: string; readonly identity: string },
    query: DatabaseQuery,
  ): AsyncIterable<DatabaseRows>;
}
