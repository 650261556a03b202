/** Prints rows under a header, columns aligned: the first left, the others right. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ');
  console.log(line(header));
  console.log(widths.map((width) => '-'.repeat(width)).join('  '));
  for (const row of rows) console.log(line(row));
}

/** The middle of the sorted values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** `goal ≤ 3: 1.20 ok` or `… MISSED`: a bar is reported, never lowered. */
export function verdict(
  value: number,
  bar: { readonly atMost?: number; readonly atLeast?: number },
): string {
  const met =
    (bar.atMost === undefined || value <= bar.atMost) &&
    (bar.atLeast === undefined || value >= bar.atLeast);
  return met ? 'met' : 'MISSED';
}
