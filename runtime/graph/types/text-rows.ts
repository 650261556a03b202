import { GraphError } from '../base/errors.ts';
import { isRecord } from '../base/record.ts';
import { sha256 } from '../base/sha256.ts';
import { canonicalJson } from '../base/canonical-json.ts';
import type { PortType } from './port-type.ts';

/**
 * The rows that a text given from outside stands for, checked: JSON Lines where its first line is an object, else what the
 * port type makes of it. A row without an id gets one of its content, so that equal rows share what was computed of them.
 * Throws `bad-input` for a type that no text can give (a folder, vectors), and `bad-row` with the line.
 */
export function rowsOfText(type: PortType, text: string): readonly unknown[] {
  if (type.encoding !== 'jsonl') {
    const what = type.encoding === 'tree' ? 'a folder' : 'vectors';
    throw new GraphError(
      'bad-input',
      `Text cannot give ${type.id}, which is ${what}. Connect a node that makes it.`,
    );
  }
  const first = text.trimStart();
  if (first.startsWith('{') || type.fromText === undefined) return jsonRows(type, text);
  const rows = type.fromText(text).map((row) => checked(type, row, undefined));
  if (rows.length === 0)
    throw new GraphError('bad-input', `The text gives no ${type.unit ?? type.id}.`);
  return withOwnIds(rows);
}

function jsonRows(type: PortType, text: string): readonly unknown[] {
  const rows = text.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return [];
    return [checked(type, parsed(line, at + 1, type), at + 1)];
  });
  if (rows.length === 0)
    throw new GraphError('bad-input', `The text gives no ${type.unit ?? type.id}.`);
  return withOwnIds(rows);
}

function parsed(text: string, line: number, type: PortType): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new GraphError(
      'bad-row',
      `Line ${line} is no JSON: ${why}. Rows of ${type.id} are given as JSON Lines, one object a line.`,
      { location: { line }, cause },
    );
  }
}

/** The row as its schema reads it, with an id of its content where its type has ids. */
function checked(type: PortType, row: unknown, line: number | undefined): unknown {
  const named = isRecord(row) && !Object.hasOwn(row, 'id') ? { id: contentId(row), ...row } : row;
  const result = type.schema.safeParse(named);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = line === undefined ? 'The text' : `Line ${line}`;
  const field = issue?.path.join('.') ?? '';
  throw new GraphError(
    'bad-row',
    `${where} is no row of ${type.id}: ${field === '' ? '' : `"${field}": `}${issue?.message ?? 'it has another shape'}.`,
    line === undefined ? {} : { location: { line } },
  );
}

function contentId(row: unknown): string {
  return sha256(canonicalJson(row)).slice(0, 16);
}

/** Ids name items, so a row that is given twice gets its number behind it. */
function withOwnIds(rows: readonly unknown[]): readonly unknown[] {
  const seen = new Set<string>();
  /** Id → the number to try first: every smaller one is taken. */
  const next = new Map<string, number>();
  return rows.map((row) => {
    if (!isRecord(row) || typeof row['id'] !== 'string') return row;
    const given = row['id'];
    let id = given;
    for (let copy = next.get(given) ?? 2; seen.has(id); copy += 1) {
      id = `${given}-${copy}`;
      next.set(given, copy + 1);
    }
    seen.add(id);
    return id === given ? row : { ...row, id };
  });
}
