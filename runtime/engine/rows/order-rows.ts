import {
  columnValue,
  GraphError,
  rowColumns,
  type ArtifactRef,
  type ArtifactStore,
} from '@graft/graph';
import { inTurns } from './row-blocks.ts';
import { portTypeOf, readRows } from './stored-rows.ts';

/** How rows are sorted. */
export interface RowOrder {
  /** The id of a column of rows of this type. */
  readonly column: string;
  readonly descending: boolean;
  readonly signal?: AbortSignal;
}

/**
 * The numbers of all rows, sorted: numbers by size, texts as people sort them. Equal rows keep their order; rows without a
 * value come last in both directions. Throws `bad-input` for a column that the type lacks.
 */
export async function orderRows(
  artifacts: ArtifactStore,
  ref: ArtifactRef,
  { column: id, descending, signal }: RowOrder,
): Promise<readonly number[]> {
  const type = portTypeOf(ref);
  const column = rowColumns(ref.mediaType).find((known) => known.id === id);
  if (column === undefined) {
    throw new GraphError('bad-input', `${type.id} cannot be sorted by “${id}”.`);
  }
  const values: (number | string | undefined)[] = [];
  for await (const row of inTurns(readRows(artifacts, ref, type), signal)) {
    values.push(columnValue(row, column));
  }
  const { compare } = new Intl.Collator('en', { numeric: true });
  const sign = descending ? -1 : 1;
  return Array.from(values.keys()).sort((a, b) => {
    const [x, y] = [values[a], values[b]];
    if (x === undefined || y === undefined)
      return Number(x === undefined) - Number(y === undefined);
    if (typeof x === 'number' && typeof y === 'number') return sign * (x - y);
    return sign * compare(String(x), String(y));
  });
}
