import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';

interface ChoiceListProps {
  /** What is listed, for those who do not see it. */
  readonly label: string;
  /** How many there are, and which is shown: −1 for none. */
  readonly count: number;
  readonly at: number;
  /** Pixels. */
  readonly rowHeight: number;
  /** Of the row at a place, the same wherever it stands; undefined where there is none. */
  idOf(at: number): string | undefined;
  show(at: number): void;
  row(at: number): ReactNode;
  readonly rowClass?: string;
  /** What keys other than the arrows do. */
  readonly keys?: Readonly<Record<string, () => void>>;
}

/** A list of which one row is shown elsewhere. Only rows in view are drawn; arrows go through them. */
export function ChoiceList(props: ChoiceListProps): ReactNode {
  const { label, count, at, rowHeight, idOf, show, row, rowClass = '', keys = {} } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count,
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
    End: () => count - 1,
  };
  const press = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const to = steps[event.key]?.();
    const other = keys[event.key];
    if (other !== undefined) other();
    else if (to === undefined) return;
    else if (count > 0) show(Math.min(count - 1, Math.max(0, to)));
    event.preventDefault();
  };
  return (
    <div
      ref={scroller}
      className="min-h-0 flex-1 overflow-auto outline-offset-[-2px]"
      role="listbox"
      aria-label={label}
      aria-activedescendant={at === -1 ? undefined : idOf(at)}
      tabIndex={0}
      data-list
      onKeyDown={press}
    >
      <div className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const id = idOf(index);
          if (id === undefined) return null;
          return (
            <div
              key={id}
              id={id}
              className={`edited-row ${rowClass}`}
              role="option"
              aria-selected={index === at}
              style={{ transform: `translateY(${String(start)}px)`, height: rowHeight }}
              onClick={() => show(index)}
            >
              {row(index)}
            </div>
          );
        })}
      </div>
    </div>
  );
}
