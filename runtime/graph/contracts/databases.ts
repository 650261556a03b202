export type DatabaseValue = string | number | boolean | null;

/** A read-only statement. */
export interface DatabaseQuery {
  readonly text: string;
  /** Values of `$1`, `$2` … */
  readonly values: readonly DatabaseValue[];
  /** Seconds that the database may work on it. */
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** A batch of rows, values in column order; several columns may share a name. */
export interface DatabaseRows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Databases that the operator has configured, each with a secret: its address, with name and password. */
export interface Databases {
  /**
   * Rows of a query, in batches of at most some hundred rows and some MiB, at least one batch, in a read-only
   * transaction. Times are texts; a timestamp without a zone stays without one. `identity` is that of the `database`
   * source in the step's key. Throws `unavailable` for a database that is not allowed or unreachable, `bad-param` for a
   * refused query, `too-large` for oversized rows, and `input-changed` if the secret now leads to another database.
   */
  rows(
    database: { readonly secret: string; readonly identity: string },
    query: DatabaseQuery,
  ): AsyncIterable<DatabaseRows>;
}
