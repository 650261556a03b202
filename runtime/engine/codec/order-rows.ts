import {
  columnValue,
  GraphError,
  rowColumns,
  type ArtifactRef,
  type ArtifactStore,
} from '@graft/graph';
import { storedBlocks } from './artifact-codec.ts';
import { portTypeOf } from './artifact-page.ts';
import { rowReader } from './row-reader.ts';
import { eachRow, inTurns } from './rows.ts';

/** By what rows are put in order. */
export interface RowOrder {
  /** Id of a column that rows of this type have. */
  readonly column: string;
  readonly descending: boolean;
  readonly signal?: AbortSignal;
}

/**
 * The numbers of all rows, from 0, in another order: numbers by size, texts as people sort them. Rows that are alike stay as they
 * stand, and those that have nothing in the column come last either way. Throws `bad-input` for a column that they have not.
 */
export async function orderRows(
  artifacts: ArtifactStore,
  ref: ArtifactRef,
  { column: id, descending, signal }: RowOrder,
): Promise<readonly number[]> {
  const type = portTypeOf(ref);
  const column = rowColumns(ref.mediaType).find((one) => one.id === id);
  if (column === undefined) {
    throw new GraphError('bad-input', `${type.id} cannot be sorted by “${id}”.`);
  }
  const current = rowReader(ref, type);
  const values: (number | string | undefined)[] = [];
  for await (const row of inTurns(eachRow(storedBlocks(artifacts, ref, type)), signal)) {
    values.push(columnValue(current(row), column));
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
