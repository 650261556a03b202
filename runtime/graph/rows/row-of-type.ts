import { GraphError, type Location } from '../base/errors.ts';
import { currentRow, type RowsKind } from './file-rows.ts';

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
