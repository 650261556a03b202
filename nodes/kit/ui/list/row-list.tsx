import { type ReactNode, useMemo } from 'react';
import { z } from 'zod';
import { count, plural } from '../text/amounts.ts';
import { foldsOf } from './kept-folds.ts';
import type { PreviewProps } from '../preview-props.ts';
import { mostOnPaper, VirtualRows } from './virtual-rows.tsx';

export interface RowListProps<T> extends Pick<
  PreviewProps,
  | 'artifact'
  | 'rows'
  | 'total'
  | 'loading'
  | 'first'
  | 'want'
  | 'numbers'
  | 'went'
  | 'rowActions'
  | 'rowFoot'
  | 'onPaper'
> {
  readonly schema: z.ZodType<T>;
  /** Name of the rows, in the plural. */
  readonly unit: string;
  /** Draws a row; `at` is its number among all, from 0. */
  readonly children: (row: T, at: number) => ReactNode;
}

/** All rows, of which only those in view are drawn; shows rows that do not fit the schema as JSON. */
export function RowList<T>(props: RowListProps<T>): ReactNode {
  const { rows, schema, children, first = 0, numbers, went, want, total } = props;
  const { rowActions, rowFoot, onPaper } = props;
  const fitting = useMemo(() => fittingRows(rows, schema), [rows, schema]);
  const gone = useMemo(() => {
    const at = went === undefined ? undefined : placeOfRow(numbers, went.row);
    return at === undefined ? undefined : { at };
    // New rows do not move those before them.
  }, [went, numbers === undefined]);
  const draw = (at: number, height: number): ReactNode => {
    const row = fitting[at - first];
    const number = numberAt(numbers, at);
    if (row === undefined) {
      return <div key={number} className="gk-waiting" data-waiting style={{ height }} />;
    }
    return (
      <div
        key={number}
        className="gk-list-row"
        data-row={number}
        data-current={number === went?.row}
      >
        {row.fits ? children(row.value, number) : <RawRow value={row.raw} />}
        {rowFoot === undefined ? null : (
          <div className="gk-row-foot">{rowFoot(rows[at - first], number)}</div>
        )}
        {rowActions === undefined ? null : (
          <span className="gk-row-actions">{rowActions(rows[at - first], number)}</span>
        )}
      </div>
    );
  };
  return (
    <div className="gk-list">
      {/* Other rows are another list, whose heights are others. */}
      <VirtualRows
        key={numbers === undefined ? 'all' : numberAt(numbers, 0)}
        count={total}
        folds={foldsOf(props.artifact.digest)}
        went={gone}
        want={want}
        onPaper={onPaper}
      >
        {draw}
      </VirtualRows>
      {onPaper && (
        <LeftOut left={total - Math.max(0, Math.min(first + rows.length, mostOnPaper) - first)} />
      )}
      <Total {...props} />
    </div>
  );
}

const anything = z.unknown();

/** Rows of any kind, as JSON. */
export function RawRows(props: PreviewProps): ReactNode {
  return (
    <RowList {...props} schema={anything} unit="rows">
      {(row) => <RawRow value={row} />}
    </RowList>
  );
}

/** A row that does not fit the schema, as JSON. */
export function RawRow({ value }: { readonly value: unknown }): ReactNode {
  return <pre className="gk-raw">{JSON.stringify(value, null, 1)}</pre>;
}

/** Notes on paper which rows are missing. */
function LeftOut({ left }: { readonly left: number }): ReactNode {
  return left === 0 ? null : (
    <p className="gk-note">
      {plural(left, 'more row')} not shown. Download the output to get all rows.
    </p>
  );
}

/** The number of rows; nothing for a single one. */
function Total(
  props: Pick<PreviewProps, 'artifact' | 'total' | 'loading' | 'numbers' | 'onPaper'> & {
    readonly unit: string;
  },
): ReactNode {
  const { artifact, total, loading, numbers, unit, onPaper } = props;
  const all = artifact.count ?? total;
  if (total === 0) {
    if (loading) return null;
    return <p className="gk-note">{numbers === undefined ? `No ${unit}.` : 'No row matches.'}</p>;
  }
  if (total < all) {
    return (
      <p className="gk-pager">
        {count(total)} of {plural(all, 'row')}
      </p>
    );
  }
  // On paper, the foot of the cell shows it.
  return total === 1 || onPaper ? null : (
    <p className="gk-pager">
      {count(total)} {unit}
    </p>
  );
}

export interface PagerProps extends Pick<
  PreviewProps,
  'total' | 'loading' | 'loadMore' | 'onPaper'
> {
  /** Number of the last row shown, from 1. */
  readonly shown: number;
  /** Rows omitted before those shown. */
  readonly from?: number;
  readonly unit: string;
}

/** How many of the rows are shown, and a button for the next page; nothing for a single row. */
export function Pager(props: PagerProps): ReactNode {
  const { shown, from = 0, total, loading, loadMore, unit, onPaper } = props;
  if (total === 0 && !loading) return <p className="gk-note">No {unit}.</p>;
  if (total === 1 && shown === 1) return null;
  if (onPaper) return <LeftOut left={total - (shown - from)} />;
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

/** The number of a shown row among all; `numbers` is undefined if all rows are shown. */
export function numberAt(numbers: readonly number[] | undefined, at: number): number {
  return numbers === undefined ? at : (numbers[at] ?? at);
}

/** The position of a row among those shown; undefined if it is not shown. */
export function placeOfRow(
  numbers: readonly number[] | undefined,
  number: number,
): number | undefined {
  if (numbers === undefined) return number;
  const at = numbers.indexOf(number);
  return at === -1 ? undefined : at;
}

/** A row that fits the port's schema, or the raw row. */
export type FittingRow<T> =
  { readonly fits: true; readonly value: T } | { readonly fits: false; readonly raw: unknown };

/** Reads rows by a schema; keeps a row that does not fit, to show it as JSON. */
export function fittingRows<T>(rows: readonly unknown[], schema: z.ZodType<T>): FittingRow<T>[] {
  return rows.map((raw) => {
    const parsed = schema.safeParse(raw);
    return parsed.success ? { fits: true, value: parsed.data } : { fits: false, raw };
  });
}
