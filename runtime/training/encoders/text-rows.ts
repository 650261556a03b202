import { GraphError } from '@graft/graph';
import type { TextShape } from './encoder.ts';

/**
 * The rows of a program for texts of one kind, in groups, the shortest first: a text is padded to its group's length,
 * not to the longest of its batch.
 */
export type TextRows = readonly TextShape[];

export interface RowsOptions {
  /** Maximal length of a row: the model's context. */
  readonly limit: number;
  /** Lengths are multiples of this; default 8. */
  readonly unit?: number;
}

const mostGroups = 4;
/**
 * Fixed cost of a group, in tokens: its products are smaller, and its gradient of every weight is added to the others'.
 * Measured with all-MiniLM-L6-v2 on a CPU.
 */
const groupCost = 64;

/** The program's name for a group of rows. */
export function groupName(name: string, at: number): string {
  return `${name}${String(at)}`;
}

/** Rows of one length. */
export function evenRows(batch: number, length: number): TextRows {
  return [{ batch, length }];
}

export function rowsCount(rows: TextRows): number {
  return rows.reduce((sum, { batch }) => sum + batch, 0);
}

/** Tokens of all rows, with padding. */
export function rowsTokens(rows: TextRows): number {
  return rows.reduce((sum, { batch, length }) => sum + batch * length, 0);
}

/** The lengths of a batch's texts, ascending, one for each of `count` rows; empty rows have none. */
export function sortedLengths(
  texts: readonly ({ readonly length: number } | undefined)[],
  count: number,
): readonly number[] {
  const lengths = texts.map((text) => text?.length ?? 0).sort((a, b) => a - b);
  return [...new Array<number>(Math.max(0, count - lengths.length)).fill(0), ...lengths];
}

/** Whether each text fits a row, the shortest texts in the shortest rows. */
export function takesAll(rows: TextRows, lengths: readonly number[]): boolean {
  let row = 0;
  return rows.every(({ batch, length }) => {
    row += batch;
    return (lengths[row - 1] ?? 0) <= length;
  });
}

/** The least lengths, ascending, that fit each of several batches of equally many texts. */
export function envelopeOf(batches: readonly (readonly number[])[]): readonly number[] {
  const [first = []] = batches;
  return first.map((_, row) =>
    batches.reduce((most, lengths) => Math.max(most, lengths[row] ?? 0), 1),
  );
}

/** Groups of rows that fit texts of these lengths, ascending, with the least work. */
export function cutRows(lengths: readonly number[], { limit, unit = 8 }: RowsOptions): TextRows {
  const rounded = lengths.map((length) =>
    Math.min(limit, Math.ceil(Math.max(1, length) / unit) * unit),
  );
  // Cuts are useful only where the length changes.
  const ends = rounded.flatMap((length, row) => (rounded[row + 1] === length ? [] : [row + 1]));
  // best[end]: the rows before `end` in groups; for each number of groups the cheapest.
  let best = new Map<number, Plan>([[0, { rows: [], cost: 0 }]]);
  let least: Plan | undefined;
  for (let groups = 1; groups <= mostGroups; groups += 1) {
    const next = new Map<number, Plan>();
    for (const end of ends) {
      const length = rounded[end - 1] ?? unit;
      for (const [start, before] of best) {
        const batch = end - start;
        const cost = before.cost + batch * length + groupCost;
        if (batch <= 0 || cost >= (next.get(end)?.cost ?? Infinity)) continue;
        next.set(end, { rows: [...before.rows, { batch, length }], cost });
      }
    }
    const whole = next.get(lengths.length);
    if (whole !== undefined && whole.cost < (least?.cost ?? Infinity)) least = whole;
    best = next;
  }
  return least?.rows ?? [];
}

interface Plan {
  readonly rows: TextRows;
  readonly cost: number;
}

/** Texts arranged in rows. */
export interface PlacedTexts<Text> {
  /** For each group, one for each row. */
  readonly groups: readonly (readonly (Text | undefined)[])[];
  /** The row of each text, counted across groups; empty rows are numbered too. */
  readonly rowOf: Int32Array;
}

/** Puts the shortest texts into the shortest rows. Throws `internal` if they do not fit. */
export function placeTexts<Text extends { readonly length: number }>(
  texts: readonly (Text | undefined)[],
  rows: TextRows,
): PlacedTexts<Text> {
  const count = rowsCount(rows);
  const places = Array.from({ length: Math.max(count, texts.length) }, (_, place) => place);
  const ascending = places.sort(
    (a, b) => (texts[a]?.length ?? 0) - (texts[b]?.length ?? 0) || a - b,
  );
  if (texts.length > count || !takesAll(rows, sortedLengths(texts, count))) {
    const longest = texts.reduce((most, text) => Math.max(most, text?.length ?? 0), 0);
    const room = rows.map(({ batch, length }) => `${String(batch)} rows of ${String(length)}`);
    throw new GraphError(
      'internal',
      `${String(texts.length)} texts of up to ${String(longest)} tokens do not fit ${room.join(' and ')}`,
      { audience: 'developer' },
    );
  }
  const rowOf = new Int32Array(count);
  for (const [row, place] of ascending.entries()) rowOf[place] = row;
  let start = 0;
  const groups = rows.map(({ batch }) => {
    const own = ascending.slice(start, start + batch).map((place) => texts[place]);
    start += batch;
    return own;
  });
  return { groups, rowOf };
}
