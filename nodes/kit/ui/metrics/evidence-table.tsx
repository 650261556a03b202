import {
  type Cell,
  differenceWriter,
  dollarsText,
  type EvidenceTable,
  inMetricWords,
  type Interval,
  isLeadShown,
  isRatio,
  type Metric,
  metricInSentence,
  metricMeaning,
  type MetricMeanings,
  metricTitle,
  settingText,
  type Standing,
  standings,
  tableNote,
  tableReasons,
  type TableRow,
  type Verdict,
  winTieLoss,
} from '@graft/graph';
import { useState, type ReactNode } from 'react';
import { bytes, count, duration } from '../text/amounts.ts';
import { inOrder, SortedHead, useSorting } from './column-order.tsx';
import { ParetoView } from './pareto-view.tsx';
import { DifferenceVerdict, Estimate } from './estimate.tsx';
import type { IntervalScale } from './interval-mark.tsx';

/**
 * A table of variants: for each metric means and differences with their intervals, and verdicts. In narrow places,
 * settings and counts of each variant appear on request.
 */
export function EvidenceTableView({
  table: named,
  meanings = {},
  titles = {},
  compare,
}: {
  readonly table: EvidenceTable;
  readonly meanings?: MetricMeanings | undefined;
  readonly titles?: TableTitles | undefined;
  /** Compares a variant's outputs with the baseline's; absent: not possible here. */
  readonly compare?: ((variant: string) => void) | undefined;
}): ReactNode {
  const table = inMetricWords(named, titles.node);
  const problems = table.rows.filter(({ problem }) => problem !== undefined);
  const [all, showAll] = useState(false);
  const columns = (
    <button
      type="button"
      className="gk-columns"
      aria-expanded={all}
      title="Settings of each variant; questions won, tied and lost; number of questions"
      onClick={() => showAll(!all)}
    >
      {all ? 'Fewer columns' : 'More columns'}
    </button>
  );
  return (
    <div className="gk-evidence" data-all={all}>
      {table.metrics.map((metric, at) => (
        <MetricEvidence
          key={metric.name}
          {...{ table, metric, at, columns, titles, compare }}
          meaning={metricMeaning(meanings, named.metrics[at]?.name ?? '')}
        />
      ))}
      <ParetoView table={table} />
      <Costs rows={table.rows} />
      {problems.map(({ variant, problem }) => (
        <p key={variant} className="gk-note">
          <strong>{variant}</strong>: {problem}
        </p>
      ))}
      {tableReasons(table).map((reason) => (
        <p key={reason} className="gk-note">
          {reason}
        </p>
      ))}
      <p className="gk-note">{tableNote(table, metricInSentence)}</p>
    </div>
  );
}

/** Names for the screen that differ from the table's; absent: the table's. */
interface TableTitles {
  /** The name of a node, by path. */
  readonly node?: (path: string) => string;
  /** A setting, `chunk.size`. */
  readonly setting?: (name: string) => string;
}

interface Line {
  readonly row: TableRow;
  readonly cell: Cell | undefined;
  /** Undefined where it says nothing. */
  readonly standing: Standing | undefined;
}

/** Prefix of setting names, so that none equals another column. */
const settingColumn = 'set ';
/** From worst to best. */
const verdicts: readonly Verdict[] = ['worse', 'too few', 'no difference shown', 'better'];

function MetricEvidence(props: {
  readonly table: EvidenceTable;
  readonly metric: Metric;
  readonly at: number;
  /** The choice of columns. */
  readonly columns: ReactNode;
  readonly meaning: string | undefined;
  readonly titles: TableTitles;
  readonly compare: ((variant: string) => void) | undefined;
}): ReactNode {
  const { table, metric, at, columns, meaning, titles, compare } = props;
  const { settings, rows, baseline } = table;
  const cells = rows.map(({ cells: all }) => all[at]);
  const means = scaleOver(cells.map((cell) => [cell?.mean, cell?.interval]));
  const differences = scaleOver(
    cells.map((cell) => [cell?.difference?.mean, cell?.difference?.interval]),
    isRatio(table, at) ? 1 : 0,
  );
  // The best first.
  const sorting = useSorting({ column: 'mean', descending: metric.direction === 'higher' });
  const stand = toldStandings(table, at);
  const unit = table.grouped === true ? 'Groups' : 'Questions';
  const isShown = isLeadShown(table, at);
  const valueOf = ({ row, cell }: Line, column: string): number | string | null | undefined => {
    const difference = cell?.difference;
    switch (column) {
      case 'variant':
        return row.variant;
      case 'shown':
        return difference === undefined ? undefined : verdicts.indexOf(difference.verdict);
      case 'difference':
        return difference?.mean;
      case 'mean':
        return cell?.mean;
      case 'won':
        return difference === undefined ? undefined : difference.wins - difference.losses;
      case 'n':
        return cell?.n;
      case 'failed':
        return failuresOf(row, cell);
      default: {
        const value = row.settings[column.slice(settingColumn.length)];
        return typeof value === 'number' || value === undefined ? value : settingText(value);
      }
    }
  };
  const lines = rows.map((row, index): Line => ({
    ...{ row, cell: cells[index] },
    standing: stand[index],
  }));
  const failures = lines.some(({ row, cell }) => (failuresOf(row, cell) ?? 0) > 0);
  return (
    <div className="gk-table" tabIndex={0} role="group" aria-label={metric.name}>
      <table>
        <caption>
          <span title={meaning}>{metricTitle(metric)}</span>{' '}
          <span className="gk-faint">
            {metric.assumed === true ? `assuming ${metric.direction}` : metric.direction} is better
          </span>
          {columns}
        </caption>
        <thead>
          <tr>
            <SortedHead column="variant" sorting={sorting}>
              Variant
            </SortedHead>
            <SortedHead column="shown" sorting={sorting}>
              Shown
            </SortedHead>
            <SortedHead column="mean" sorting={sorting}>
              Mean
            </SortedHead>
            <SortedHead column="difference" sorting={sorting}>
              {isRatio(table, at) ? 'Ratio' : 'Difference'}
            </SortedHead>
            {failures && (
              <SortedHead column="failed" sorting={sorting}>
                Failed
              </SortedHead>
            )}
            {settings.map((name) => (
              <SortedHead
                key={name}
                column={`${settingColumn}${name}`}
                sorting={sorting}
                more
                title={name}
              >
                {titles.setting?.(name) ?? name}
              </SortedHead>
            ))}
            <SortedHead
              column="won"
              sorting={sorting}
              more
              title={`${unit} won, tied and lost against the baseline`}
            >
              Won/tied/lost
            </SortedHead>
            <SortedHead column="n" sorting={sorting} more title={unit}>
              n
            </SortedHead>
          </tr>
        </thead>
        <tbody>
          {inOrder(lines, sorting.order, valueOf).map(({ row, cell, standing }) => (
            <tr key={row.variant} data-standing={standing} data-shown={isShown}>
              <th scope="row" title={row.variant}>
                {row.variant}
                <StandingMark standing={standing} />
                {row.problem !== undefined && <small title={row.problem}>{row.problem}</small>}
                {compare !== undefined && row.variant !== baseline && cell?.mean !== null && (
                  <small>
                    <button
                      type="button"
                      className="gk-link"
                      aria-label={`Compare “${row.variant}” with “${baseline}”`}
                      onClick={() => compare(row.variant)}
                    >
                      Compare
                    </button>
                  </small>
                )}
              </th>
              <td>
                {row.variant === baseline ? (
                  <span className="gk-faint">baseline</span>
                ) : (
                  <DifferenceVerdict difference={cell?.difference} />
                )}
              </td>
              <td>
                <Estimate value={cell?.mean} interval={cell?.interval} scale={means} />
              </td>
              <td title={confidenceTitle(cell?.difference?.confidence ?? table.confidence)}>
                <Estimate
                  value={cell?.difference?.mean}
                  interval={cell?.difference?.interval}
                  scale={differences}
                  write={differenceWriter(cell?.difference)}
                />
              </td>
              {failures && <td>{failuresText(failuresOf(row, cell))}</td>}
              {settings.map((name) => (
                <td key={name} data-more>
                  {settingText(row.settings[name])}
                </td>
              ))}
              <td data-more>{winTieLoss(cell?.difference)}</td>
              <td data-more>{count(cell?.n ?? 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/**
 * How the variants stand by a metric, where that says something: not where all that are measured have the same mean, and
 * where one is recommended, only those may be as good that the recommendation counts as equals.
 */
function toldStandings(table: EvidenceTable, at: number): readonly (Standing | undefined)[] {
  const { rows, recommendation } = table;
  const stand = standings(table, at);
  if (stand.every((standing) => standing === 'leads' || standing === 'none')) return [];
  if (at > 0 || recommendation?.variant === undefined) return stand;
  const best = [recommendation.variant, ...recommendation.equals];
  return stand.map((standing, index) =>
    standing === 'open' && !best.includes(rows[index]?.variant ?? '') ? undefined : standing,
  );
}

/** The items of a variant that failed; undefined where it has not come to its end, and what is missing may still come. */
function failuresOf({ problem }: TableRow, cell: Cell | undefined): number | undefined {
  return problem !== undefined && (cell?.mean ?? null) === null ? undefined : (cell?.failures ?? 0);
}

const failuresText = (failures: number | undefined): string =>
  failures === undefined ? '—' : count(failures);

/** `99.58 % interval` */
const confidenceTitle = (confidence: number): string =>
  `${Number((100 * confidence).toPrecision(4))} % interval`;

const standingWords: Readonly<Partial<Record<Standing, { word: string; title: string }>>> = {
  leads: { word: 'leads', title: 'It has the best mean' },
  open: { word: 'may be as good', title: 'The table does not show that it is worse than the best' },
};

function StandingMark({ standing }: { readonly standing: Standing | undefined }): ReactNode {
  const words = standing === undefined ? undefined : standingWords[standing];
  return words === undefined ? null : (
    <small className="gk-leads" title={words.title}>
      {words.word}
    </small>
  );
}

const costs: readonly { title: string; of(cost: TableRow['cost']): string | undefined }[] = [
  { title: 'Time', of: ({ ms }) => (ms === undefined ? undefined : duration(ms)) },
  { title: 'Tokens', of: ({ tokens }) => (tokens === undefined ? undefined : count(tokens)) },
  {
    title: 'Cost',
    of: ({ dollars }) => (dollars === undefined ? undefined : dollarsText(dollars)),
  },
  { title: 'Memory', of: ({ bytes: size }) => (size === undefined ? undefined : bytes(size)) },
  {
    title: 'Reused',
    of: ({ reused, steps }) =>
      reused === undefined ? undefined : `${reused}${steps === undefined ? '' : ` of ${steps}`}`,
  },
];

function Costs({ rows }: { readonly rows: readonly TableRow[] }): ReactNode {
  const columns = costs.filter(({ of }) => rows.some(({ cost }) => of(cost) !== undefined));
  if (columns.length === 0) return null;
  return (
    <div className="gk-table" tabIndex={0} role="group" aria-label="Cost">
      <table>
        <caption>Cost</caption>
        <thead>
          <tr>
            <th scope="col">Variant</th>
            {columns.map(({ title }) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ variant, cost }) => (
            <tr key={variant}>
              <th scope="row" title={variant}>
                {variant}
              </th>
              {columns.map(({ title, of }) => (
                <td key={title}>{of(cost) ?? '—'}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The least and greatest value drawn in a column, including `anchor`. */
function scaleOver(
  drawn: readonly (readonly [number | null | undefined, Interval | null | undefined])[],
  anchor?: number,
): IntervalScale {
  const values = drawn.flatMap(([value, interval]) => [
    ...(value === null || value === undefined ? [] : [value]),
    ...(interval ?? []),
  ]);
  if (anchor !== undefined) values.push(anchor);
  return {
    least: Math.min(...values),
    most: Math.max(...values),
    ...(anchor === undefined ? {} : { anchor }),
  };
}
