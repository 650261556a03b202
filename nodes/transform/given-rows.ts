import { GraphError, type PortType, RowIds, rowOfType } from '@graft/graph';

interface Origin {
  /** What the rows have to be. */
  readonly type: PortType;
  /** Id of the row that they were made of, where it has one. */
  readonly item: string | undefined;
  readonly node: string;
}

/**
 * The rows that the code gave for one row, checked: one, several in an array, or none for null. Those without an id
 * have that of their row. Throws `bad-row`.
 */
export function givenRows(given: unknown, { type, item, node }: Origin): readonly unknown[] {
  const made = item === undefined ? 'the code gave' : `the code gave for "${item}"`;
  const location = { node, param: 'code' };
  if (given === undefined) {
    throw new GraphError(
      'bad-row',
      `What ${made} is nothing. Return a row, several in an array, or null to leave it out.`,
      { location },
    );
  }
  const rows: readonly unknown[] = Array.isArray(given) ? given : given === null ? [] : [given];
  const ids = new RowIds();
  return rows.map((row, at) => {
    const subject = `${rows.length === 1 ? 'What' : `Row ${at + 1} of what`} ${made}`;
    const read = rowOfType({ type, written: 0 }, withItem(row, item), { subject, location });
    const other = isObject(row) ? Object.keys(row).find((key) => !hasField(read, key)) : undefined;
    if (other === undefined) return ids.ownRow(read);
    throw new GraphError(
      'bad-row',
      `${subject} has a field "${other}", which ${type.id} do not have. Leave it out.`,
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
