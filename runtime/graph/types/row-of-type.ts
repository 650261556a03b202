import { GraphError, type Location } from '../base/errors.ts';
import type { PortType } from './port-type.ts';

/** The row as its type reads it. Throws `bad-row`: `subject` is no row of the type, and why. */
export function rowOfType(
  type: PortType,
  row: unknown,
  { subject, location }: { readonly subject: string; readonly location: Location },
): unknown {
  const result = type.schema.safeParse(row);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw new GraphError(
    'bad-row',
    `${subject} is no row of ${type.id}: ${field === '' ? '' : `"${field}": `}${issue?.message ?? 'it has another shape'}.`,
    { location },
  );
}
