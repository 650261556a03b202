import type { MetricRow } from '@graft/graph';
import { type ReactNode, useState } from 'react';
import { measure } from './amounts.ts';

interface Order {
  readonly column: string;
  readonly descending: boolean;
}

/** Rows without a step, one table for each series; a click on a column sorts by it. */
export function MetricTables({ rows }: { readonly rows: readonly MetricRow[] }): ReactNode {
  const series = [...new Set(rows.map((row) => row.series))];
  return series.map((name) => (
    <MetricTable
      key={name}
      title={series.length > 1 || name !== 'summary' ? name : undefined}
      rows={rows.filter((row) => row.series === name)}
    />
  ));
}

function sorted(rows: readonly MetricRow[], order: Order | undefined): readonly MetricRow[] {
  if (order === undefined) return rows;
  const sign = order.descending ? -1 : 1;
  const valueOf = ({ values }: MetricRow): number => values[order.column] ?? Number.NaN;
  return rows.toSorted((a, b) => {
    const [x, y] = [valueOf(a), valueOf(b)];
    // Rows without the value stay last either way.
    if (Number.isNaN(x) || Number.isNaN(y))
      return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    return sign * (x - y);
  });
}

function MetricTable(props: {
  readonly title: string | undefined;
  readonly rows: readonly MetricRow[];
}): ReactNode {
  const { title, rows } = props;
  const [order, setOrder] = useState<Order>();
  const columns = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
  const labelled = rows.some(({ label }) => label !== undefined);
  const sortBy = (column: string): void => {
    if (order?.column !== column) setOrder({ column, descending: true });
    else setOrder(order.descending ? { column, descending: false } : undefined);
  };
  const ariaSort = (column: string): 'ascending' | 'descending' | 'none' =>
    order?.column !== column ? 'none' : order.descending ? 'descending' : 'ascending';
  return (
    <div className="gk-table" tabIndex={0} role="group" aria-label={title ?? 'Metrics'}>
      <table>
        {title !== undefined && <caption>{title}</caption>}
        <thead>
          <tr>
            {labelled && <th scope="col" aria-label="Of" />}
            {columns.map((column) => (
              <th key={column} scope="col" aria-sort={ariaSort(column)}>
                <button type="button" onClick={() => sortBy(column)}>
                  {column}
                  {order?.column === column && (order.descending ? ' ↓' : ' ↑')}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted(rows, order).map((row, at) => (
            <tr key={at}>
              {labelled && (
                <th scope="row" title={row.label}>
                  {row.label}
                </th>
              )}
              {columns.map((column) => {
                const value = row.values[column];
                return <td key={column}>{value === undefined ? '' : measure(value)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
