import {
  differenceWriter,
  metricInSentence,
  metricTitle,
  tableNote,
  tableNumber,
  tableReasons,
  type EvidenceTable,
} from '@graft/graph';
import { count, DifferenceVerdict, Estimate } from '@graft/nodes/kit/ui';
import { letterOf } from '@graft/view';
import { SideHeads } from './side-labels.tsx';

type Cell = EvidenceTable['rows'][number]['cells'][number];

/** Whether a metric changed or failed. */
function differs(cells: readonly (Cell | undefined)[]): boolean {
  return cells.some(
    (cell) =>
      cell === undefined ||
      cell.failures > 0 ||
      cell.mean !== cells[0]?.mean ||
      (cell.difference?.wins ?? 0) + (cell.difference?.losses ?? 0) > 0,
  );
}

function Mean({ cell }: { readonly cell: Cell | undefined }) {
  if (cell === undefined || cell.mean === null) return <span className="compare-none">none</span>;
  const { mean, interval, n, failures } = cell;
  return (
    <span className="compare-number" title={`of ${count(n)}`}>
      {tableNumber(mean)}
      {interval === null ? null : (
        <small>
          {tableNumber(interval[0])} to {tableNumber(interval[1])}
        </small>
      )}
      {failures > 0 ? <small className="text-error">{count(failures)} missing</small> : null}
    </span>
  );
}

function Gain({ cell, reach }: { readonly cell: Cell | undefined; readonly reach: number }) {
  const { mean, interval } = cell?.difference ?? {};
  const anchor = noDifference(cell);
  const scale = { least: anchor - reach, most: anchor + reach, anchor };
  const write = differenceWriter(cell?.difference);
  return <Estimate value={mean} interval={interval} scale={scale} write={write} />;
}

const noDifference = (cell: Cell | undefined): number => (cell?.difference?.ratio === true ? 1 : 0);

/** How far a comparison and its interval lie from no difference. */
function reachOf(cell: Cell | undefined): number {
  const { mean = noDifference(cell), interval } = cell?.difference ?? {};
  return Math.max(
    ...[mean, ...(interval ?? [])].map((value) => Math.abs(value - noDifference(cell))),
  );
}

function Shown({ cell, unit }: { readonly cell: Cell | undefined; readonly unit: string }) {
  const difference = cell?.difference;
  if (difference === undefined) return null;
  return (
    <>
      <DifferenceVerdict difference={difference} />
      <small className="compare-counts" title={unit === 'group' ? 'Groups' : 'Questions'}>
        {count(difference.wins)} won, {count(difference.ties)} tied, {count(difference.losses)} lost
      </small>
    </>
  );
}

/** The metrics of the sides, one a line: means, paired differences with intervals, and verdicts. */
export function MetricsTable(props: { readonly table: EvidenceTable; readonly all: boolean }) {
  const { table, all } = props;
  const { metrics, rows } = table;
  const others = rows.slice(1);
  const unit = table.grouped === true ? 'group' : 'question';
  const lines = metrics.flatMap((metric, at) => {
    const cells = rows.map((row) => row.cells[at]);
    return all || differs(cells) ? [{ metric, cells }] : [];
  });
  const reasons = tableReasons(table);
  if (lines.length === 0) {
    return <p className="text-ink-2">No difference: every metric is the same on every {unit}.</p>;
  }
  return (
    <>
      <div className="compare-scroll" tabIndex={0} role="group" aria-label="Metrics">
        <table className="compare-table" data-testid="compared-metrics">
          <thead>
            <tr>
              <th scope="col">Metric</th>
              <SideHeads sides={rows.length} />
              {others.map((row, at) => (
                <th key={row.variant} scope="col" colSpan={2}>
                  <span className="side-letter">{letterOf(at + 1)}</span> against{' '}
                  <span className="side-letter">{letterOf(0)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lines.map(({ metric, cells }) => {
              const reach = Math.max(...cells.map(reachOf));
              return (
                <tr key={metric.name}>
                  <th
                    scope="row"
                    className="compare-node"
                    title={`${metric.direction === 'higher' ? 'Higher' : 'Lower'} is better${metric.assumed === true ? ' (assumed)' : ''}`}
                  >
                    {metricTitle(metric)}
                  </th>
                  {cells.map((cell, side) => (
                    <td key={side}>
                      <Mean cell={cell} />
                    </td>
                  ))}
                  {cells.slice(1).flatMap((cell, at) => [
                    <td key={`gain ${String(at)}`}>
                      <Gain cell={cell} reach={reach} />
                    </td>,
                    <td key={`shown ${String(at)}`}>
                      <Shown unit={unit} cell={cell} />
                    </td>,
                  ])}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <div className="mt-2 grid gap-1 text-sm text-ink-2">
        {rows.flatMap(({ variant, problem }) =>
          problem === undefined ? (
            []
          ) : (
            <p key={variant}>
              {variant}: {problem}
            </p>
          ),
        )}
        {reasons.map((reason) => (
          <p key={reason}>{reason}</p>
        ))}
        <p>{tableNote(table, metricInSentence)}</p>
      </div>
    </>
  );
}
