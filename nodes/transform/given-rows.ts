import { GraphError, type PortType, RowIds, rowOfType } from '@graft/graph';

interface Origin {
  /** The required type of the rows. */
  readonly type: PortType;
  /** Id of the incoming row, if it has one. */
  readonly item: string | undefined;
  readonly node: string;
}

/**
 * Checks the rows that the code returned for one row: one, several in an array, or none for null. A row without an id
 * gets the id of the incoming row. Throws `bad-row`.
 */
export function givenRows(given: unknown, { type, item, node }: Origin): readonly unknown[] {
  const made =
    item === undefined ? 'that the code returned' : `that the code returned for "${item}"`;
  const location = { node, param: 'code' };
  if (given === undefined) {
    throw new GraphError(
      'bad-row',
      `The code returned nothing${item === undefined ? '' : ` for "${item}"`}. Return a row, several in an array, or null to leave it out.`,
      { location },
    );
  }
  const rows: readonly unknown[] = Array.isArray(given) ? given : given === null ? [] : [given];
  const ids = new RowIds();
  return rows.map((row, at) => {
    const subject = `${rows.length === 1 ? 'The row' : `Row ${at + 1}`} ${made}`;
    const read = rowOfType({ type, written: 0 }, withItem(row, item), { subject, location });
    const other = isObject(row) ? Object.keys(row).find((key) => !hasField(read, key)) : undefined;
    if (other === undefined) return ids.ownRow(read);
    throw new GraphError(
      'bad-row',
      `${subject} has the field "${other}", which ${type.id} do not have. Remove it.`,
      { location },
    );
  });
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const hasField = (row: unknown, name: string): boolean => isObject(row) && Object.hasOwn(row, name);

function withItem(row: unknown, item: string | undefined): unknown {
  return item === undefined || !isObject(row) || Array.isArray(row) || Object.hasOwn(row, 'id')
    ? row
    : { id: item, ...row };
}
