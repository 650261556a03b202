import { isRecord, Metrics, rowHolds } from '@graft/graph';
import { count, placeOfRow, plural, RawRows } from '@graft/nodes/kit/ui';
import { previews } from '@graft/nodes/previews';
import { useCallback, useMemo, useRef, useState } from 'react';
import { fewRows, FindBar, isFindable, type Found } from '../../kit/find/find-bar.tsx';
import { useHighlight } from '../../kit/find/highlight.ts';
import { useScrolledRow } from '../../kit/find/scroll-to-row.ts';
import { usePrinting } from '../../kit/notebook/printing.ts';
import type { ReportOutput, ReportRows } from '@graft/view';

/** What of an output is not in the page. */
function Left({ rows, total, cut }: ReportRows) {
  const texts = [
    rows.length < total
      ? `This page holds ${count(rows.length)} of ${plural(total, 'row')}; the others were left out to limit its size.`
      : '',
    cut > 0 ? `Long texts in ${plural(cut, 'row')} are shortened (“…”).` : '',
  ].filter((text) => text !== '');
  return texts.length === 0 ? null : (
    <p className="border-b border-line bg-working/9 px-4 py-1.5 text-sm">{texts.join(' ')}</p>
  );
}

/** The rows that hold a text, as the server finds them; undefined while nothing is searched. */
function foundIn({ rows, total }: ReportRows, text: string): Found | undefined {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return undefined;
  const found = rows.flatMap((row, at) => (rowHolds(withoutVector(row), wanted) ? [at] : []));
  const searched = rows.length;
  return { rows: found, searched, complete: searched === total, searching: false, loading: false };
}

function withoutVector(row: unknown): unknown {
  if (!isRecord(row)) return row;
  const { vector: _vector, ...rest } = row;
  return rest;
}

/** All rows of a page have come. */
const nothing = (): void => undefined;

/** An output in its node type's own view, over the rows that the page holds. */
export function OutputView({
  output: { artifact, view, params, meanings },
  held,
}: {
  readonly output: ReportOutput;
  readonly held: ReportRows;
}) {
  const [text, search] = useState('');
  const [filters, setFilters] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const found = useMemo(() => foundIn(held, text), [held, text]);
  const numbers = filters ? found?.rows : undefined;
  const rows = useMemo(() => numbers?.map((row) => held.rows[row]) ?? held.rows, [held, numbers]);
  useHighlight(list, text);
  const [onPaper, setOnPaper] = useState(false);
  usePrinting(
    () => setOnPaper(true),
    () => setOnPaper(false),
  );
  const readRow = useCallback((row: number) => Promise.resolve(held.rows[row]), [held]);
  const { went, goTo: mark } = useScrolledRow(list, text);
  if (held.gone) {
    return (
      <p className="px-4 py-3 text-ink-2">
        This output had been removed before this page was exported.
      </p>
    );
  }
  const goTo = (row: number): void => {
    if (placeOfRow(numbers, row) === undefined) setFilters(false);
    mark(row);
  };
  const { losses } = held;
  const lossOf =
    losses &&
    ((_row: unknown, number: number) => {
      const loss = losses[number] ?? null;
      return loss === null ? null : <p className="px-4 pb-2 text-sm text-ink-2">{loss}.</p>;
    });
  const Preview = previews[view] ?? RawRows;
  const total = held.rows.length;
  const findable = isFindable(artifact, held.rows);
  const byRow = artifact.mediaType !== Metrics.mediaType;
  return (
    <>
      {findable && total > fewRows ? (
        <FindBar
          {...{ total, findable, byRow, text, search, found, goTo }}
          current={went?.row}
          only={byRow ? { on: filters, set: setFilters } : undefined}
        />
      ) : null}
      <Left {...held} />
      <div ref={list} className="flex min-h-0 flex-col">
        <Preview
          {...{ artifact, rows, params }}
          total={rows.length}
          loading={false}
          loadMore={nothing}
          {...(onPaper ? { onPaper } : {})}
          {...(meanings === undefined ? {} : { meanings })}
          {...(numbers === undefined ? {} : { numbers })}
          {...(lossOf === undefined ? {} : { rowFoot: lossOf })}
          {...(went === undefined ? {} : { went })}
          {...(held.map === undefined ? {} : { map: { map: held.map, readRow, goTo } })}
        />
      </div>
    </>
  );
}
