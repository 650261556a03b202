import { type MetricRow, metricRowSchema } from '@graft/graph';
import { type ReactNode, useEffect, useMemo } from 'react';
import { CurveFacts } from './curve-facts.tsx';
import { Curves } from './curves.tsx';
import { fittingRows } from './fitting-rows.ts';
import { MetricTables } from './metric-table.tsx';
import type { PreviewProps } from './preview-props.ts';
import { Pager, RawRow } from './row-list.tsx';

/** Rows that are fetched without being asked for: a curve wants all of its points. */
const fetched = 50_000;

/** The fitting rows of a page of metrics, and those that do not fit. */
export function useMetricRows(props: PreviewProps): {
  readonly rows: readonly MetricRow[];
  readonly raw: readonly unknown[];
} {
  const { rows, total, loading, loadMore } = props;
  useEffect(() => {
    if (rows.length > 0 && rows.length < Math.min(total, fetched) && !loading) loadMore();
  }, [rows.length, total, loading, loadMore]);
  return useMemo(() => {
    const read = fittingRows(rows, metricRowSchema);
    return {
      rows: read.flatMap((row) => (row.fits ? [row.value] : [])),
      raw: read.flatMap((row) => (row.fits ? [] : [row.raw])),
    };
  }, [rows]);
}

/** Curves of the rows that have a step, tables of those that have none. */
export function MetricsView(props: PreviewProps): ReactNode {
  const { rows, raw } = useMetricRows(props);
  const { curves, tables } = useMemo(
    () => ({
      curves: rows.filter(({ step }) => step !== undefined),
      tables: rows.filter(({ step }) => step === undefined),
    }),
    [rows],
  );
  return (
    <div className="gk-list">
      {curves.length > 0 && (
        <>
          <CurveFacts rows={curves} />
          <Curves rows={curves} meanings={props.meanings} />
        </>
      )}
      <MetricTables rows={tables} meanings={props.meanings} />
      {raw.map((row, at) => (
        <RawRow key={at} value={row} />
      ))}
      <Pager {...props} shown={props.rows.length} unit="rows" />
    </div>
  );
}
