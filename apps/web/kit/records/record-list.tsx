import { useVirtualizer } from '@tanstack/react-virtual';
import { count } from '@graft/nodes/kit/ui';
import { useEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';

/** What is listed of a record, in two lines. */
export interface RecordLine {
  /** Its number among all, from 1; undefined: it has none. */
  readonly number: number | undefined;
  readonly heading: string;
  readonly text: string;
  /** A sign before the words, and one behind them. */
  readonly mark?: ReactNode;
  readonly tail?: ReactNode;
  readonly deleted?: boolean;
}

interface RecordListProps {
  /** What each of them is called: `row`. */
  readonly unit: string;
  /** Those that are listed, by what identifies them wherever they stand. */
  readonly keys: readonly number[];
  /** Key of the one that is shown beside the list. */
  readonly shown: number | undefined;
  show(key: number): void;
  line(at: number): RecordLine | undefined;
  /** Above the list. */
  readonly bar: ReactNode;
  /** Said where none is listed. */
  readonly empty: string;
  /** What keys other than the arrows do. */
  readonly press?: Readonly<Record<string, () => void>>;
}

/** Pixels. */
const rowHeight = 46;

function Line({ number, heading, text, mark, tail, deleted = false }: RecordLine) {
  return (
    <>
      <span className="w-9 shrink-0 pt-px text-right text-sm text-ink-3 tabular-nums">
        {number === undefined ? '' : count(number)}
      </span>
      <span className="record-mark">{mark}</span>
      <span className={`min-w-0 flex-1 ${deleted ? 'text-ink-3 line-through' : ''}`}>
        <span className="block truncate">{heading}</span>
        <span className="block truncate text-sm text-ink-2">{text}</span>
      </span>
      {tail}
    </>
  );
}

/** The key so many places from the one that is shown; undefined beyond the ends. */
export function keyBeside(
  keys: readonly number[],
  shown: number | undefined,
  step: number,
): number | undefined {
  return shown === undefined ? undefined : keys[keys.indexOf(shown) + step];
}

/** Records, one of which is shown beside the list. Only those in view are drawn; arrows go through them. */
export function RecordList(props: RecordListProps): ReactNode {
  const { unit, keys, shown, show, line, bar, empty, press: others = {} } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const at = shown === undefined ? -1 : keys.indexOf(shown);
  const virtualizer = useVirtualizer({
    count: keys.length,
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
    End: () => keys.length - 1,
  };
  const press = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const to = steps[event.key]?.();
    const other = others[event.key];
    if (other !== undefined) other();
    else if (to === undefined) return;
    else {
      const key = keys[Math.min(keys.length - 1, Math.max(0, to))];
      if (key !== undefined) show(key);
    }
    event.preventDefault();
  };
  const idOf = (key: number): string => `${unit}-${String(key)}`;
  return (
    <section
      className="flex w-[38%] max-w-[440px] shrink-0 flex-col border-r border-line"
      aria-label={`All ${unit}s`}
    >
      <div className="flex h-10 shrink-0 items-center gap-1.5 border-b border-line px-3">{bar}</div>
      {keys.length === 0 ? <p className="px-4 py-3 text-ink-2">{empty}</p> : null}
      <div
        ref={scroller}
        className="min-h-0 flex-1 overflow-auto outline-offset-[-2px]"
        role="listbox"
        aria-label={`${unit.charAt(0).toUpperCase()}${unit.slice(1)}s`}
        aria-activedescendant={at === -1 || shown === undefined ? undefined : idOf(shown)}
        tabIndex={0}
        data-list
        onKeyDown={press}
      >
        <div className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const key = keys[index];
            const listed = line(index);
            if (key === undefined || listed === undefined) return null;
            return (
              <div
                key={key}
                id={idOf(key)}
                className="record-line"
                role="option"
                aria-selected={index === at}
                style={{ transform: `translateY(${String(start)}px)`, height: rowHeight }}
                onClick={() => show(key)}
              >
                <Line {...listed} />
              </div>
            );
          })}
        </div>
      </div>
    </section>
  );
}
