import type { ReactNode } from 'react';
import type { z } from 'zod';
import { count } from './amounts.ts';
import { fittingRows } from './fitting-rows.ts';
import type { PreviewProps } from './preview-props.ts';

export interface RowListProps<T> extends Pick<
  PreviewProps,
  'rows' | 'total' | 'loading' | 'loadMore' | 'first' | 'current' | 'rowActions'
> {
  readonly schema: z.ZodType<T>;
  /** What rows are called, in the plural. */
  readonly unit: string;
  readonly children: (row: T, at: number) => ReactNode;
}

/** Draws each row, those that do not fit the schema as JSON, and below them how to get more. */
export function RowList<T>(props: RowListProps<T>): ReactNode {
  const { schema, children, rowActions, first = 0, current, ...page } = props;
  return (
    <div className="gk-list">
      {fittingRows(page.rows, schema).map((row, at) => (
        // By its number: rows that come before it later leave it as it is.
        <div
          key={first + at}
          className="gk-list-row"
          data-row={first + at}
          data-current={first + at === current}
        >
          {row.fits ? children(row.value, at) : <RawRow value={row.raw} />}
          {rowActions === undefined ? null : (
            <span className="gk-row-actions">{rowActions(page.rows[at])}</span>
          )}
        </div>
      ))}
      <Pager {...page} shown={first + page.rows.length} from={first} />
    </div>
  );
}

/** A row that does not fit, as it is. */
export function RawRow({ value }: { readonly value: unknown }): ReactNode {
  return <pre className="gk-raw">{JSON.stringify(value, null, 1)}</pre>;
}

export interface PagerProps extends Pick<PreviewProps, 'total' | 'loading' | 'loadMore'> {
  /** Number of the last row that is shown, from 1. */
  readonly shown: number;
  /** Rows that are left out before those shown. */
  readonly from?: number;
  readonly unit: string;
}

/** How many rows are shown of how many, and a button for the next page. A single one speaks for itself. */
export function Pager(props: PagerProps): ReactNode {
  const { shown, from = 0, total, loading, loadMore, unit } = props;
  if (total === 0 && !loading) return <p className="gk-note">No {unit}.</p>;
  if (total === 1 && shown === 1) return null;
  return (
    <div className="gk-pager">
      <span>
        {from > 0
          ? `${count(from + 1)}–${count(shown)} of `
          : shown < total && `${count(shown)} of `}
        {count(total)} {unit}
      </span>
      {shown < total && (
        <button type="button" className="gk-button" disabled={loading} onClick={loadMore}>
          {loading ? 'Loading' : 'Show more'}
        </button>
      )}
    </div>
  );
}
