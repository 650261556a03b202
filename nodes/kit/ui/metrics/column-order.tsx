import { useState, type ReactNode } from 'react';

export interface Order {
  readonly column: string;
  readonly descending: boolean;
}

export interface Sorting {
  readonly order: Order | undefined;
  /** First click: greatest first; second: least first; third: as given. */
  sortBy(column: string): void;
}

/** The sort column of a table; initially none, unless one is given. */
export function useSorting(initial?: Order): Sorting {
  const [order, setOrder] = useState(initial);
  const sortBy = (column: string): void => {
    if (order?.column !== column) setOrder({ column, descending: true });
    else setOrder(order.descending ? { column, descending: false } : undefined);
  };
  return { order, sortBy };
}

/** The head of a column; a click sorts by it. */
export function SortedHead(props: {
  readonly column: string;
  readonly sorting: Sorting;
  readonly title?: string | undefined;
  /** Hidden in narrow places: see `data-more` in the table's style. */
  readonly more?: boolean;
  readonly children: ReactNode;
}): ReactNode {
  const { column, sorting, title, more, children } = props;
  const { order, sortBy } = sorting;
  const sorted = order?.column === column ? order : undefined;
  return (
    <th
      scope="col"
      title={title}
      data-more={more}
      aria-sort={sorted === undefined ? 'none' : sorted.descending ? 'descending' : 'ascending'}
    >
      <button type="button" onClick={() => sortBy(column)}>
        {children}
        {sorted !== undefined && (sorted.descending ? ' ↓' : ' ↑')}
      </button>
    </th>
  );
}

/** Numbers by size, texts in people's order; rows without a value always stay last. */
export function inOrder<Row>(
  rows: readonly Row[],
  order: Order | undefined,
  valueOf: (row: Row, column: string) => number | string | null | undefined,
): readonly Row[] {
  if (order === undefined) return rows;
  const { column, descending } = order;
  const sign = descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [x, y] = [valueOf(a, column) ?? undefined, valueOf(b, column) ?? undefined];
    if (x === undefined || y === undefined)
      return Number(x === undefined) - Number(y === undefined);
    if (typeof x === 'number' && typeof y === 'number') return sign * (x - y);
    return sign * String(x).localeCompare(String(y), 'en', { numeric: true });
  });
}
