import { Metrics } from '@graft/graph';
import { count, plural, RawRow, type PreviewComponent } from '@graft/nodes/kit/ui';
import { previews } from '@graft/nodes/previews';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { FindBar } from '../inspector/output/find-bar.tsx';
import { isFindable } from '../inspector/output/findable.ts';
import { reveal, useHighlight } from '../inspector/output/highlight.ts';
import { RowsBefore } from '../inspector/output/rows-before.tsx';
import { foundIn, useEmbeddedRows } from './embedded-rows.ts';
import type { ReportOutput, ReportRows } from './report.ts';

/** Of node types that bring no preview. */
const rawRows: PreviewComponent = ({ rows }) =>
  rows.map((row, at) => <RawRow key={at} value={row} />);

/** What of an output is not in the page. */
function Left({ rows, total, cut }: ReportRows) {
  const texts = [
    rows.length < total
      ? `This page holds ${count(rows.length)} of ${plural(total, 'row')}; the others were left out to keep it small.`
      : '',
    cut > 0 ? `Long texts in ${plural(cut, 'row')} are cut: they end with “…”.` : '',
  ].filter((text) => text !== '');
  return texts.length === 0 ? null : <p className="report-left">{texts.join(' ')}</p>;
}

/** An output in its node type's own view, over the rows that the page holds. */
export function OutputView({
  output: { artifact, view, params, meanings },
  held,
}: {
  readonly output: ReportOutput;
  readonly held: ReportRows;
}) {
  const [current, setCurrent] = useState<number>();
  const [text, search] = useState('');
  const list = useRef<HTMLDivElement>(null);
  const { rows, first, loadMore, loadBefore, show } = useEmbeddedRows(held, artifact);
  const found = useMemo(() => foundIn(held, text), [held, text]);
  useHighlight(list, text);
  const readRow = useCallback((row: number) => Promise.resolve(held.rows[row]), [held]);
  const [went, setWent] = useState({});
  useEffect(() => {
    const row = list.current?.querySelector(`[data-row="${String(current)}"]`);
    if (current !== undefined && row) reveal(row, text);
    // Only where one goes to a row, not while the text is typed.
  }, [went]);
  if (held.gone) {
    return (
      <p className="px-4 py-3 text-ink-2">This output was no longer kept when the page was made.</p>
    );
  }
  const goTo = (row: number): void => {
    setCurrent(row);
    setWent({});
    show(row);
  };
  const Preview = previews[view] ?? rawRows;
  const total = held.rows.length;
  const findable = isFindable(artifact, held.rows);
  const byRow = artifact.mediaType !== Metrics.mediaType;
  return (
    <>
      {findable && total > 1 ? (
        <FindBar {...{ total, findable, byRow, text, search, found, current, goTo }} />
      ) : null}
      <Left {...held} />
      <div ref={list} className="flex min-h-0 flex-col">
        <RowsBefore {...{ first, loadBefore }} loading={false} />
        <Preview
          {...{ artifact, rows, total, params, loadMore, first }}
          loading={false}
          {...(meanings === undefined ? {} : { meanings })}
          {...(current === undefined ? {} : { current })}
          {...(held.map === undefined ? {} : { map: { map: held.map, readRow, goTo } })}
        />
      </div>
    </>
  );
}
