import { isRecord } from '@graft/graph';
import { plural } from '@graft/nodes/kit/ui';

/** A row of a file that is edited, as its line. */
export interface EditedRow {
  /** For as long as it is edited. */
  readonly key: number;
  /** Blank lines before it in the file, which stay. */
  readonly before: string;
  /** Its line as it stands in the file; undefined: it was added here. */
  readonly original: string | undefined;
  /** Its line as it would be written. What is no JSON yet stands here as typed, also over several lines. */
  readonly line: string;
  readonly deleted: boolean;
}

/** All rows, and the one that is shown: one state of what is edited. */
export interface Edited {
  readonly rows: readonly EditedRow[];
  /** Its key. */
  readonly shown: number;
}

export type Change = 'changed' | 'added' | 'deleted';

/** The rows of a file's text. Lines that nobody touches stay what they are, byte for byte. */
export function readRows(text: string): Edited {
  const rows: EditedRow[] = [];
  let before = '';
  for (const line of text.split('\n')) {
    if (line.trim() === '') {
      before += `${line}\n`;
      continue;
    }
    rows.push({ key: rows.length, before, original: line, line, deleted: false });
    before = '';
  }
  return { rows, shown: 0 };
}

/** The text of the file with what was changed. */
export function textOfRows({ rows }: Edited): string {
  return rows
    .filter(({ deleted }) => !deleted)
    .map(({ before, line }) => `${before}${line}\n`)
    .join('');
}

/** What became of a row; undefined where it is as in the file. */
export function changeOf({ original, line, deleted }: EditedRow): Change | undefined {
  if (deleted) return 'deleted';
  if (original === undefined) return 'added';
  return line === original ? undefined : 'changed';
}

export function rowOf({ rows, shown }: Edited): EditedRow | undefined {
  return rows.find(({ key }) => key === shown);
}

/** Rows by what became of them. */
function countChanges({ rows }: Edited): Readonly<Record<Change, number>> {
  const counts = { changed: 0, added: 0, deleted: 0 };
  for (const row of rows) {
    const change = changeOf(row);
    if (change !== undefined) counts[change] += 1;
  }
  return counts;
}

/** `3 rows changed, 1 added`; undefined where nothing was. */
export function changesText(edited: Edited): string | undefined {
  const counts = countChanges(edited);
  const parts = (['changed', 'added', 'deleted'] as const)
    .filter((change) => counts[change] > 0)
    .map((change, at) =>
      at === 0
        ? `${plural(counts[change], 'row')} ${change}`
        : `${String(counts[change])} ${change}`,
    );
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** Gives the shown row another line. One that says the same as in the file is the file's own again. */
export function withLine(edited: Edited, line: string): Edited {
  const rows = edited.rows.map((row) =>
    row.key === edited.shown ? { ...row, line: saysSame(row.original, line) ?? line } : row,
  );
  return { ...edited, rows };
}

function saysSame(original: string | undefined, line: string): string | undefined {
  if (original === undefined) return undefined;
  try {
    return JSON.stringify(JSON.parse(original.trim())) === line ? original : undefined;
  } catch {
    return undefined;
  }
}

/** Puts a new row behind the one that is shown, and shows it. */
export function addRow({ rows, shown }: Edited, line: string): Edited {
  const at = rows.findIndex(({ key }) => key === shown);
  const key = rows.reduce((last, row) => Math.max(last, row.key), -1) + 1;
  const row = { key, before: '', original: undefined, line, deleted: false };
  return { rows: rows.toSpliced(at + 1, 0, row), shown: key };
}

/** Deletes the shown row, or takes it back; one that was added is gone. The row after it is shown then. */
export function deleteRow(edited: Edited): Edited {
  const { rows, shown } = edited;
  const row = rowOf(edited);
  if (row === undefined) return edited;
  if (row.deleted) return { ...edited, rows: replaced(rows, { ...row, deleted: false }) };
  const next = neighbour(edited, 1) ?? neighbour(edited, -1) ?? shown;
  return row.original === undefined
    ? { rows: rows.filter(({ key }) => key !== shown), shown: next }
    : { rows: replaced(rows, { ...row, deleted: true }), shown: next };
}

function replaced(rows: readonly EditedRow[], row: EditedRow): readonly EditedRow[] {
  return rows.map((one) => (one.key === row.key ? row : one));
}

function neighbour({ rows, shown }: Edited, step: 1 | -1): number | undefined {
  return rows[rows.findIndex(({ key }) => key === shown) + step]?.key;
}

/** A copy of the shown row behind it, under an id that no other row has. */
export function duplicateRow(edited: Edited): Edited {
  const row = rowOf(edited);
  return row === undefined ? edited : addRow(edited, withFreeId(row.line, edited.rows));
}

function withFreeId(line: string, rows: readonly EditedRow[]): string {
  const value = valueOf(line);
  const id = value?.['id'];
  if (value === undefined || typeof id !== 'string') return line;
  const taken = new Set(rows.map((row) => valueOf(row.line)?.['id']));
  let copy = 2;
  while (taken.has(`${id}-${String(copy)}`)) copy += 1;
  return JSON.stringify({ ...value, id: `${id}-${String(copy)}` });
}

/** The object that a line holds; undefined where it holds none. */
export function valueOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line.trim());
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
