import { rowText } from '@graft/graph';
import { count } from '@graft/nodes/kit/ui';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import { changeOf, valueOf, type Change, type EditedRow } from './edited-rows.ts';

/** A row of the list, with its number in the file as it would be written; undefined: it is deleted. */
export interface ListedRow {
  readonly row: EditedRow;
  readonly number: number | undefined;
}

interface RowListProps {
  readonly rows: readonly ListedRow[];
  /** Key of the row that is shown. */
  readonly shown: number;
  isWrong(row: EditedRow): boolean;
  show(key: number): void;
  /** Goes to its fields. */
  enter(): void;
  /** Deletes the shown row, or takes it back. */
  remove(): void;
}

const rowHeight = 46;

/** Texts of a value, wherever they stand in it. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

/** What a row is known by: a heading and the beginning of its text. */
function wordsOf({ line }: EditedRow): readonly [string, string] {
  const value = valueOf(line);
  if (value === undefined) return ['not JSON', line.slice(0, 160)];
  const { heading, body } = rowText(value);
  if (heading !== '') return [heading, body.slice(0, 160)];
  const { id, ...rest } = value;
  const texts = textsOf(rest);
  // Words rather than names and paths.
  const words = texts.filter((text) => text.includes(' '));
  const shown = words.length > 0 ? words : texts;
  return [typeof id === 'string' ? id : 'no id', shown.join(' · ').slice(0, 160)];
}

const marks: Readonly<Record<Change, string>> = { changed: '●', added: '+', deleted: '−' };

function Item({ row, number, wrong }: ListedRow & { readonly wrong: boolean }) {
  const change = changeOf(row);
  const [heading, text] = wordsOf(row);
  return (
    <>
      <span className="w-9 shrink-0 pt-px text-right text-sm text-ink-3 tabular-nums">
        {number === undefined ? '' : count(number)}
      </span>
      <span
        className="edited-mark"
        data-change={wrong ? 'wrong' : change}
        title={wrong ? 'This is no row yet' : change}
      >
        {wrong ? '!' : change === undefined ? '' : marks[change]}
      </span>
      <span className={`min-w-0 flex-1 ${change === 'deleted' ? 'text-ink-3 line-through' : ''}`}>
        <span className="block truncate">{heading}</span>
        <span className="block truncate text-sm text-ink-2">{text}</span>
      </span>
    </>
  );
}

/** The rows, of which only those in view are drawn. Arrows go through them, Enter goes to the fields, Delete deletes. */
export function RowList({ rows, shown, isWrong, show, enter, remove }: RowListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const at = rows.findIndex(({ row }) => row.key === shown);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  useEffect(() => {
    if (at !== -1) virtualizer.scrollToIndex(at);
  }, [virtualizer, at]);
  const pageOf = (): number =>
    Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1);
  const steps: Readonly<Record<string, () => number>> = {
    ArrowDown: () => at + 1,
    ArrowUp: () => at - 1,
    PageDown: () => at + pageOf(),
    PageUp: () => at - pageOf(),
    Home: () => 0,
    End: () => rows.length - 1,
  };
  const press = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const to = steps[event.key]?.();
    if (event.key === 'Enter') enter();
    else if (event.key === 'Delete') remove();
    else if (to === undefined) return;
    else {
      const next = rows[Math.min(rows.length - 1, Math.max(0, to))];
      if (next !== undefined) show(next.row.key);
    }
    event.preventDefault();
  };
  return (
    <div
      ref={scroller}
      className="min-h-0 flex-1 overflow-auto outline-offset-[-2px]"
      role="listbox"
      aria-label="Rows"
      aria-activedescendant={at === -1 ? undefined : `edited-row-${String(shown)}`}
      tabIndex={0}
      data-list
      onKeyDown={press}
    >
      <div className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const listed = rows[index];
          if (listed === undefined) return null;
          const { key } = listed.row;
          return (
            <div
              key={key}
              id={`edited-row-${String(key)}`}
              className="edited-row"
              role="option"
              aria-selected={key === shown}
              style={{ transform: `translateY(${String(start)}px)`, height: rowHeight }}
              onClick={() => show(key)}
            >
              <Item {...listed} wrong={isWrong(listed.row)} />
            </div>
          );
        })}
      </div>
    </div>
  );
}
