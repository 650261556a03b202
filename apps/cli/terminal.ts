import { printable } from '@graft/graph';
import { env } from './env.ts';
import { exitCode } from './exit-code.ts';

/** Prints a line, or lines, to standard output. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints a value as indented JSON. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, undefined, 2));
}

const colours = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, cyan: 36 } as const;
type Colour = keyof typeof colours;

/** Adds colours for a stream: none if it is no terminal or NO_COLOR is set. */
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

/** Rows as aligned columns; the columns in `right` are right-aligned. Nothing is cut. */
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

/** Sent by a supervisor; sent when the terminal is closed. */
const endSignals = ['SIGTERM', 'SIGHUP'] as const;

/** The first interrupt cancels; the second ends the process at once. */
export function cancelOnInterrupt(cancel: () => void): () => void {
  const interrupted = (): void => {
    process.once('SIGINT', () => process.exit(exitCode.cancelled));
    process.stderr.write('cancelling… (press Ctrl+C again to stop at once)\n');
    cancel();
  };
  process.once('SIGINT', interrupted);
  for (const signal of endSignals) process.once(signal, cancel);
  return () => {
    process.off('SIGINT', interrupted);
    for (const signal of endSignals) process.off(signal, cancel);
  };
}
