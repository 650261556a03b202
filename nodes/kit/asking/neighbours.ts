/**
 * Rows in their order, in parts for workers: each goes through a part of its own from the beginning, so that what a row
 * has in common with the one before is at hand, and then helps with the end of the longest.
 */
export class Neighbours<Row> {
  readonly parts: readonly { readonly at: number; readonly row: Row }[][];

  constructor(rows: readonly Row[], workers: number) {
    const placed = rows.map((row, at) => ({ at, row }));
    this.parts = Array.from({ length: workers }, (_, part) =>
      placed.slice(
        Math.round((part * rows.length) / workers),
        Math.round(((part + 1) * rows.length) / workers),
      ),
    );
  }

  /** The next row of a worker, and its place; undefined when all are taken. */
  take(part: number): { readonly at: number; readonly row: Row } | undefined {
    const own = this.parts[part]?.shift();
    if (own !== undefined) return own;
    return this.parts.toSorted((a, b) => b.length - a.length)[0]?.pop();
  }
}
