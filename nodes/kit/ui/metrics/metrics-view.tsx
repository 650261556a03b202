import { type MetricRow, metricRowSchema } from '@graft/graph';
import { type ReactNode, useEffect, useMemo } from 'react';
import { CurveFacts } from '../charts/curve-facts.tsx';
import { Curves } from '../charts/curves.tsx';
import { MetricTables } from './metric-table.tsx';
import type { PreviewProps } from '../preview-props.ts';
import { Pager, RawRow, fittingRows } from '../list/row-list.tsx';

/** Rows fetched without a request: a curve needs all of its points. */
const fetched = 50_000;

/** The valid rows of a page of metrics, and the others. */
export function useMetricRows(props: PreviewProps): {
  readonly rows: readonly MetricRow[];
  readonly raw: readonly unknown[];
  /** The number of each row among all, from 0. */
  readonly places: ReadonlyMap<MetricRow, number>;
} {
  const { rows, total, loading, loadMore } = props;
  useEffect(() => {
    if (rows.length > 0 && rows.length < Math.min(total, fetched) && !loading) loadMore();
  }, [rows.length, total, loading, loadMore]);
  return useMemo(() => {
    const read = fittingRows(rows, metricRowSchema);
    return {
      places: new Map(read.flatMap((row, at) => (row.fits ? [[row.value, at]] : []))),
      rows: read.flatMap((row) => (row.fits ? [row.value] : [])),
      raw: read.flatMap((row) => (row.fits ? [] : [row.raw])),
    };
  }, [rows]);
}

/** Curves of rows with a step, tables of rows without. */
export function MetricsView(props: PreviewProps): ReactNode {
  const { rows, raw, places } = useMetricRows(props);
  const { curves, tables } = useMemo(
    () => ({
      curves: rows.filter(({ step }) => step !== undefined),
      tables: rows.filter(({ step }) => step === undefined),
    }),
    [rows],
  );
  // A summary is not a row to people who count questions or steps.
  const sums = rows.filter(
    ({ series, label }) => series === 'summary' && label === undefined,
  ).length;
  const total = props.total - sums;
  return (
    <div className="gk-list">
      {curves.length > 0 && (
        <>
          <CurveFacts rows={curves} />
          <Curves rows={curves} meanings={props.meanings} />
        </>
      )}
      <MetricTables
        {...{ rows: tables, places, current: props.went?.row, meanings: props.meanings }}
      />
      {raw.map((row, at) => (
        <RawRow key={at} value={row} />
      ))}
      {total > 0 || props.total === 0 ? (
        <Pager {...props} total={total} shown={props.rows.length - sums} unit="rows" />
      ) : null}
    </div>
  );
}
