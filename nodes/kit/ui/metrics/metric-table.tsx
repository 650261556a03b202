import {
  knownMetric,
  metricMeaning,
  metricWords,
  type MetricMeanings,
  type MetricRow,
} from '@graft/graph';
import type { ReactNode } from 'react';
import { metricValue } from '../text/amounts.ts';
import { inOrder, SortedHead, useSorting } from './column-order.tsx';
import { Facts } from '../text/facts.tsx';
import { modulePlace } from '../text/module-path.ts';

interface TableRows {
  readonly rows: readonly MetricRow[];
  /** The number of each row in its output, for jumps. */
  readonly places: ReadonlyMap<MetricRow, number>;
  /** The row that was jumped to. */
  readonly current?: number | undefined;
}

/** Rows without a step, one table for each series; a click on a column sorts by it. */
export function MetricTables(
  props: TableRows & { readonly meanings?: MetricMeanings | undefined },
): ReactNode {
  const { rows, places, current, meanings = {} } = props;
  const series = [...new Set(rows.map((row) => row.series))];
  return series.map((name) => {
    const own = rows.filter((row) => row.series === name);
    const [only] = own;
    if (own.length === 1 && only !== undefined && only.label === undefined) {
      return <Facts key={name} facts={factsOf(only, meanings)} />;
    }
    const title = series.length > 1 || name !== 'summary' ? headingOf(name) : undefined;
    return <MetricTable key={name} {...{ title, places, current, meanings }} rows={own} />;
  });
}

const headingOf = (series: string): string => series.charAt(0).toUpperCase() + series.slice(1);

/** A module's path as its place, which is short enough to read. */
function shortLabel(label: string): string {
  const place = modulePlace(label);
  return place === undefined ? label : `layer ${place.layer} · ${place.kind}`;
}

/** The least value that three decimals show. */
const leastShown = 5e-4;

/** A value beside others of its kind: scores all have three decimals, as in headlines, unless all are whole. */
function valueText(name: string, value: number, areWhole = false): string {
  const isScore = !areWhole && knownMetric(name)?.range !== undefined && !/share$/i.test(name);
  const isShown = value === 0 || Math.abs(value) >= leastShown;
  return isScore && isShown ? value.toFixed(3) : metricValue(name, value);
}

function factsOf(
  { values }: MetricRow,
  meanings: MetricMeanings,
): readonly (readonly [string, string, string | undefined])[] {
  return Object.entries(values).map(([name, value]) => [
    metricWords(name),
    valueText(name, value),
    metricMeaning(meanings, name),
  ]);
}

function MetricTable(
  props: TableRows & {
    readonly title: string | undefined;
    readonly meanings: MetricMeanings;
  },
): ReactNode {
  const { title, rows, places, current, meanings } = props;
  const sorting = useSorting();
  const columns = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
  const labelled = rows.some(({ label }) => label !== undefined);
  const whole = new Set(
    columns.filter((column) => rows.every(({ values }) => Number.isInteger(values[column] ?? 0))),
  );
  const valueOf = ({ values }: MetricRow, column: string): number | undefined => values[column];
  return (
    <div className="gk-table" tabIndex={0} role="group" aria-label={title ?? 'Metrics'}>
      <table>
        {title !== undefined && <caption>{title}</caption>}
        <thead>
          <tr>
            {labelled && <td />}
            {columns.map((column) => (
              <SortedHead
                key={column}
                column={column}
                sorting={sorting}
                title={metricMeaning(meanings, column)}
              >
                {metricWords(column)}
              </SortedHead>
            ))}
          </tr>
        </thead>
        <tbody>
          {inOrder(rows, sorting.order, valueOf).map((row, at) => (
            <tr
              key={at}
              data-row={places.get(row)}
              data-current={current !== undefined && places.get(row) === current}
            >
              {labelled && (
                <th scope="row" title={row.label} data-whole={row.item !== undefined}>
                  {shortLabel(row.label ?? '')}
                </th>
              )}
              {columns.map((column) => {
                const value = row.values[column];
                return (
                  <td key={column}>
                    {value === undefined ? '' : valueText(column, value, whole.has(column))}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
