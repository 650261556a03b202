import { open } from 'node:fs/promises';
import type { LocatedFile, SourceResolver, TableHead } from '@graft/graph';

/** Bytes read of a table, and of a JSON file, which can only be read as a whole. */
const readBytes = 65_536;
const wholeBytes = 1_000_000;
/** Rows of a head. */
const headRows = 50;
/** Files that are looked into. */
const mostFiles = 20;

/** A row of a table by its columns. */
export type TableRow = Readonly<Record<string, unknown>>;

/** Rows of JSON Lines, the first `most` of them. Throws for a line among them that is no object. */
export function jsonlRows(text: string, most?: number): readonly TableRow[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(0, most).map((line) => rowOf(JSON.parse(line.trim())));
}

function rowOf(value: unknown): TableRow {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError('This row is not an object.');
  return Object.fromEntries(Object.entries(value));
}

/** Rows of CSV with a line of names, the first `most` of them. */
export async function csvRows(text: string, most?: number): Promise<readonly TableRow[]> {
  const { parse } = await import('csv-parse/sync');
  const head = text.split('\n', 1)[0] ?? '';
  const count = (sign: string): number => head.split(sign).length;
  const delimiter = [',', ';', '\t'].reduce((best, sign) =>
    count(sign) > count(best) ? sign : best,
  );
  const options = { columns: true, bom: true, skip_empty_lines: true, delimiter } as const;
  return parse<Record<string, string>>(
    text,
    most === undefined ? options : { ...options, to: most },
  );
}

/**
 * The heads of the tables that patterns match; undefined if a file is missing or cannot be read as a table, or there are too
 * many to look into.
 */
export async function tableHeads(
  patterns: readonly string[],
  files: Pick<SourceResolver, 'files'>,
): Promise<readonly TableHead[] | undefined> {
  try {
    const found = await files.files(patterns);
    if (found.length > mostFiles) return undefined;
    const heads: TableHead[] = [];
    for (const file of found) heads.push(await headOf(file));
    return heads;
  } catch {
    // The plan reports what is wrong with it.
    return undefined;
  }
}

async function headOf({ path, absolute, size }: LocatedFile): Promise<TableHead> {
  const isJson = path.endsWith('.json');
  if (isJson && size > wholeBytes) throw new TypeError('This file is too large to look into.');
  const text = await beginningOf(absolute, isJson ? wholeBytes : readBytes);
  // The last line may be cut.
  const whole = size > readBytes ? text.slice(0, text.lastIndexOf('\n') + 1) : text;
  const isWhole = isJson || size <= readBytes;
  const head = await rowsIn(path, isJson ? text : whole);
  const columns = Object.keys(head[0] ?? {});
  return { path, columns, head, ...(isWhole ? { rows: countRows(path, text) } : {}) };
}

/** About how many rows a table has: rows of CSV may have several lines. */
function countRows(path: string, text: string): number {
  if (path.endsWith('.json')) {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.length : 0;
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '').length;
  return path.endsWith('.csv') ? Math.max(0, lines - 1) : lines;
}

async function rowsIn(path: string, text: string): Promise<readonly TableRow[]> {
  if (path.endsWith('.csv')) return csvRows(text, headRows);
  if (!path.endsWith('.json')) return jsonlRows(text, headRows);
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value)) throw new TypeError('This file is not a list.');
  return value.slice(0, headRows).map(rowOf);
}

async function beginningOf(absolute: string, bytes: number): Promise<string> {
  await using file = await open(absolute, 'r');
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
  return buffer.toString('utf8', 0, bytesRead);
}
