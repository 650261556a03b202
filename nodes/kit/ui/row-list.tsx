import { Fragment, type ReactNode } from 'react';
import type { z } from 'zod';
import { count } from './amounts.ts';
import { fittingRows } from './fitting-rows.ts';
import type { PreviewProps } from './preview-props.ts';

export interface RowListProps<T> extends Pick<
  PreviewProps,
  'rows' | 'total' | 'loading' | 'loadMore'
> {
  readonly schema: z.ZodType<T>;
  /** What rows are called, in the plural. */
  readonly unit: string;
  readonly children: (row: T, at: number) => ReactNode;
}

/** Draws each row, those that do not fit the schema as JSON, and below them how to get more. */
export function RowList<T>({ schema, children, ...page }: RowListProps<T>): ReactNode {
  return (
    <div className="gk-list">
      {fittingRows(page.rows, schema).map((row, at) => (
        <Fragment key={at}>
          {row.fits ? children(row.value, at) : <RawRow value={row.raw} />}
        </Fragment>
      ))}
      <Pager {...page} shown={page.rows.length} />
    </div>
  );
}

/** A row that does not fit, as it is. */
export function RawRow({ value }: { readonly value: unknown }): ReactNode {
  return <pre className="gk-raw">{JSON.stringify(value, null, 1)}</pre>;
}

export interface PagerProps extends Pick<PreviewProps, 'total' | 'loading' | 'loadMore'> {
  readonly shown: number;
  readonly unit: string;
}

/** How many rows are shown of how many, and a button for the next page. A single one speaks for itself. */
export function Pager({ shown, total, loading, loadMore, unit }: PagerProps): ReactNode {
  if (total === 0 && !loading) return <p className="gk-note">No {unit}.</p>;
  if (total === 1 && shown === 1) return null;
  return (
    <div className="gk-pager">
      <span>
        {shown < total && `${count(shown)} of `}
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
