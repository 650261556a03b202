import { GraphError, type Problem, type Location } from '../base/errors.ts';
import { isRecord } from '../base/record.ts';
import type { PortType } from './port-type.ts';
import { withContentId } from './row-ids.ts';

/** What the rows of a file are. */
export interface RowsKind {
  readonly type: PortType;
  /** The version of the type that they were written in; 0: the newest. */
  readonly written: number;
}

/** Why a line is no row of its kind. */
export interface RowFault {
  /** Where in the row, `source.start`; absent: all of it. */
  readonly field?: string;
  readonly message: string;
}

/** Problems of a text that are told; more of them say nothing new. */
const mostProblems = 20;

/**
 * A row of a file as it is taken now: named by its content where it has no id, of the newest version. Not checked; throws
 * `bad-param` for a value that is nested too deep, or a number too large, to be named by.
 */
export function currentRow(row: unknown, { type, written }: RowsKind): unknown {
  const named = withContentId(row);
  if (written === 0) return named;
  return type.migrations
    .filter(({ from }) => from >= written)
    .reduce((before, migration) => migration.row(before), named);
}

/** What is wrong with one line of a file; undefined where it is a row of its kind. */
export function rowFault(line: string, kind: RowsKind): RowFault | undefined {
  let row: unknown;
  try {
    // Without the mark of byte order that a first line may begin with.
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

/** `it is missing: string expected`, and not that it is undefined. */
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
 * Checks the text of a file of rows, an object a line, blank lines passed over, and counts them. Throws `bad-row` with a
 * problem for each row that is none (row, line and field), at most 20; `bad-input` for a text without rows, which no node
 * would read; `newer-format` for rows of a newer Graft.
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

/** Reads a row, upgraded to the present version of its type. Throws `bad-row`, which says why `subject` is not a row of it. */
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
