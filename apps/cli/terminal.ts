import { printable } from '@graft/graph';
import { env } from './env.ts';

const colours = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, cyan: 36 } as const;
type Colour = keyof typeof colours;

/** Paints for a stream: plain text where it is not a terminal, or where NO_COLOR is set. */
export type Paint = (colour: Colour, text: string) => string;

export function painter(stream: { readonly isTTY?: boolean | undefined }): Paint {
  if (stream.isTTY !== true || env.noColor) return (_colour, text) => text;
  return (colour, text) => `\u001b[${colours[colour]}m${text}\u001b[0m`;
}

/** One line of at most `width` characters. */
export function oneLine(text: string, width: number): string {
  const line = printable(text.replace(/\s+/g, ' ').trim());
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;
}

/** Rows in columns; numbers to the right. Nothing is cut. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  const lines = rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return right.includes(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
  return lines.join('\n');
}
