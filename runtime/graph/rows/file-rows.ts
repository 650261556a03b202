import { GraphError, type Problem, type Location } from '../base/errors.ts';
import { isRecord } from '../base/record.ts';
import type { PortType } from './port-type.ts';
import { withContentId } from './row-ids.ts';

/** Type of the rows of a file. */
export interface RowsKind {
  readonly type: PortType;
  /** The version of the type in which they were written; 0: the newest. */
  readonly written: number;
}

/** Why a line is not a row of its kind. */
export interface RowFault {
  /** Field of the row, `source.start`; absent: the whole row. */
  readonly field?: string;
  readonly message: string;
}

/** Most problems of a text to report; more add nothing. */
const mostProblems = 20;

/**
 * Upgrades a row of a file to the newest version; names it by its content if it has no id. Does not check it. Throws
 * `bad-param` for a value nested too deeply, or a number too large, to name it by.
 */
export function currentRow(row: unknown, { type, written }: RowsKind): unknown {
  const named = withContentId(row);
  if (written === 0) return named;
  return type.migrations
    .filter(({ from }) => from >= written)
    .reduce((before, migration) => migration.row(before), named);
}

/** The problem of one line of a file; undefined if it is a row of its kind. */
export function rowFault(line: string, kind: RowsKind): RowFault | undefined {
  let row: unknown;
  try {
    // Without the byte order mark that the first line may have.
    row = JSON.parse(line.trim());
  } catch (cause) {
    return { message: `this is not JSON: ${cause instanceof Error ? cause.message : 'unread'}` };
  }
  if (!isRecord(row)) return { message: 'this is JSON, but not an object such as {"text": "…"}' };
  let current: unknown;
  try {
    current = currentRow(row, kind);
  } catch (error) {
    return { message: GraphError.from(error).message };
  }
  const { success, error } = kind.type.schema.safeParse(current);
  if (success) return undefined;
  const [issue] = error.issues;
  const field = issue?.path.join('.') ?? '';
  const message = faultText(issue?.message ?? 'it has the wrong shape');
  return field === '' ? { message } : { field, message };
}

/** `it is missing: string expected`, rather than "undefined". */
function faultText(message: string): string {
  const reason = message.replace(/^Invalid (?:input|option): /, '');
  const missing = /^expected (.*), received undefined$/.exec(reason)?.[1];
  return missing === undefined ? reason : `it is missing; expected ${missing}`;
}

/** `row 3, field "text": expected string, received number` */
export function faultAt(row: number, { field, message }: RowFault): string {
  return `row ${row}${field === undefined ? '' : `, field "${field}"`}: ${message}`;
}

/**
 * Checks a text of rows, one object per line, ignoring blank lines, and counts them. Throws `bad-row` with a problem for
 * each invalid row (row, line and field), at most 20; `bad-input` for a text without rows; `newer-format` for rows of a
 * newer Graft.
 */
export function checkRows(text: string, kind: RowsKind & { readonly file: string }): number {
  const { type, written, file } = kind;
  if (written > type.version) {
    throw new GraphError(
      'newer-format',
      `${file} holds ${type.id} rows of version ${written}; this Graft reads up to version ${type.version}. Update Graft.`,
      { location: { file } },
    );
  }
  const problems: Problem[] = [];
  let row = 0;
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    row += 1;
    const fault = problems.length < mostProblems ? rowFault(line, kind) : undefined;
    if (fault === undefined) continue;
    const { field } = fault;
    const place = { file, line: index + 1 };
    problems.push({
      code: 'bad-row',
      message: `${faultAt(row, fault)}.`,
      location: field === undefined ? place : { ...place, field },
      audience: 'user',
    });
  }
  const [first] = problems;
  if (first !== undefined) {
    throw new GraphError('bad-row', first.message, { location: first.location, problems });
  }
  if (row > 0) return row;
  throw new GraphError('bad-input', `${file} would have no rows. Keep at least one row.`, {
    location: { file },
  });
}

/**
 * Reads a row and upgrades it to the current version of its type. Throws `bad-row` with the reason why `subject` is not
 * a row of it.
 */
export function rowOfType(
  kind: RowsKind,
  row: unknown,
  { subject, location }: { readonly subject: string; readonly location: Location },
): unknown {
  const refused = (why: string, cause?: unknown): GraphError =>
    new GraphError('bad-row', `${subject} is not a row of ${kind.type.id}: ${why}`, {
      ...{ location, cause },
    });
  let current: unknown;
  try {
    current = currentRow(row, kind);
  } catch (error) {
    throw refused(GraphError.from(error).message, error);
  }
  const result = kind.type.schema.safeParse(current);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw refused(
    `${field === '' ? '' : `"${field}": `}${issue?.message ?? 'it has the wrong shape'}.`,
  );
}
