import type { Citation, Span } from '@graft/graph';
import type { ComparedCell, ComparedRow } from './use-compared-rows.ts';
import { count, SourceLink } from '@graft/nodes/kit/ui';
import { memo, useMemo } from 'react';
import { useScreen } from '../../kit/stores.ts';
import { letterOf } from '@graft/view';
import { HitCells } from './hit-cells.tsx';
import { MarkedWords, wordChanges, type WordChanges } from './word-changes.tsx';

const openSource = (span: Span): void => useScreen.getState().show({ source: { span } });

type TextCell = Extract<ComparedCell, { kind: 'text' }>;

const placeOf = ({ source }: Citation): string =>
  `${source.documentId} ${String(source.start)} ${String(source.end)}`;

/** The citations of an answer, with those marked that the other side lacks. */
function Citations(props: {
  readonly citations: readonly Citation[];
  readonly others: ReadonlySet<string> | undefined;
}) {
  const { citations, others } = props;
  return (
    <ul className="compare-citations" aria-label="Cites">
      {citations.map((citation, at) => {
        const link = <SourceLink span={citation.source} open={openSource} />;
        const isNew = others !== undefined && !others.has(placeOf(citation));
        return (
          <li key={at}>
            <span className="font-mono text-[11px] text-ink-2">[{citation.number}]</span>{' '}
            {isNew ? <mark>{link}</mark> : link}
          </li>
        );
      })}
    </ul>
  );
}

function Text(props: {
  readonly cell: TextCell;
  readonly first: TextCell | undefined;
  readonly side: number;
  /** With two sides the first is marked, too: with what the other lacks. */
  readonly other: TextCell | undefined;
}) {
  const { cell, first, side, other } = props;
  const against = side === 0 ? other : first;
  const changes = useMemo((): WordChanges | undefined => {
    if (against === undefined || against.text === cell.text) return undefined;
    return side === 0 ? wordChanges(cell.text, against.text) : wordChanges(against.text, cell.text);
  }, [cell, against, side]);
  const which = side === 0 ? 'before' : 'after';
  const cited = against?.answer && new Set(against.answer.citations.map(placeOf));
  return (
    <>
      <p className="compare-text">
        {cell.text.trim() === '' ? (
          <i className="compare-none">no text</i>
        ) : changes === undefined ? (
          cell.text
        ) : (
          <MarkedWords parts={changes[which]} />
        )}
        {cell.cut ? <span className="compare-none"> … shortened</span> : null}
      </p>
      {cell.answer === undefined ? null : (
        <>
          <Citations citations={cell.answer.citations} others={cited} />
          <p className="text-sm text-ink-2">
            {count(cell.answer.tokens)} tokens{cell.answer.cutOff ? ' · cut at max tokens' : ''}
          </p>
        </>
      )}
    </>
  );
}

function Cell({ row, side }: { readonly row: ComparedRow; readonly side: number }) {
  const { cells } = row;
  const cell = cells[side];
  const verdict = cell?.kind === 'text' ? cell.answer?.verdict : undefined;
  const text = (at: number): TextCell | undefined => {
    const cell = cells[at];
    return cell?.kind === 'text' ? cell : undefined;
  };
  return (
    <div className="compare-cell" data-verdict={verdict} data-testid={`side-${letterOf(side)}`}>
      <p className="mb-1 flex items-center gap-2">
        <span className="side-letter">{letterOf(side)}</span>
        {verdict === undefined || verdict === 'no reference' ? null : (
          <span className="chip" data-tone={verdict === 'right' ? 'good' : 'bad'}>
            {verdict}
          </span>
        )}
      </p>
      {cell === null || cell === undefined ? (
        <p className="compare-none">No such row.</p>
      ) : cell.kind === 'text' ? (
        <Text
          cell={cell}
          first={text(0)}
          side={side}
          other={cells.length === 2 ? text(1) : undefined}
        />
      ) : (
        <HitCells cells={cells} side={side} open={openSource} />
      )}
    </div>
  );
}

/** An item, and below it each side's values. */
export const ComparedRowView = memo(function ComparedRowView({
  row,
}: {
  readonly row: ComparedRow;
}) {
  const sides = row.cells.length;
  return (
    <>
      <header className="flex items-baseline gap-3">
        <h3 className="min-w-0 flex-1 font-[580] [overflow-wrap:anywhere]">{row.heading}</h3>
        {row.differs ? null : <span className="text-sm text-ink-2">same</span>}
      </header>
      {row.reference === undefined ? null : (
        <p className="mt-0.5 text-ink-2 [overflow-wrap:anywhere]">
          <span className="mr-2 text-sm">Reference</span>
          {row.reference}
        </p>
      )}
      <div
        className="compare-cells"
        style={{ gridTemplateColumns: `repeat(${String(sides)}, minmax(0, 1fr))` }}
      >
        {row.cells.map((_, side) => (
          <Cell key={side} row={row} side={side} />
        ))}
      </div>
    </>
  );
});
