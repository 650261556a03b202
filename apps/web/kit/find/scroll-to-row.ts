import { useEffect, useState, type RefObject } from 'react';
import { bringIntoView } from './bring-into-view.ts';
import { unfold } from './highlight.ts';

/** Frames that a row may take to come. */
const patience = 600;
/** Frames that the text in a row that is there may take to be drawn. */
const patienceForText = 30;

/** What one scrolls by. */
const byHand = ['wheel', 'touchmove', 'keydown', 'pointerdown'] as const;

export interface ScrolledRow {
  readonly row: number;
}

/** The row that was gone to last, a new object each time: brought into view once it is drawn, where the text stands in it. */
export function useScrolledRow(
  list: RefObject<HTMLElement | null>,
  text: string,
): { readonly went: ScrolledRow | undefined; readonly goTo: (row: number) => void } {
  const [scrolled, setWent] = useState<ScrolledRow>();
  useEffect(() => {
    if (scrolled === undefined) return;
    let waiting = 0;
    let rest = (): void => undefined;
    let isSeen = false;
    let drawing = patienceForText;
    const look = (left: number): void => {
      const row = list.current?.querySelector(`[data-row="${String(scrolled.row)}"]`);
      const place = row ? unfold(row, text) : undefined;
      if (row && (place !== undefined || !isSeen)) {
        rest();
        rest = bringIntoView(place ?? row);
        isSeen = true;
      }
      // Some of a row is drawn, or read, once it has been gone to.
      const more = text.trim() !== '' && place === undefined;
      if (row && row.querySelector('[data-reading]') === null) drawing -= 1;
      if (left > 0 && (!row || (more && drawing > 0)))
        waiting = requestAnimationFrame(() => look(left - 1));
    };
    look(patience);
    const { current: element } = list;
    // Whoever has gone on by hand meanwhile is not fetched back.
    const stop = (): void => {
      cancelAnimationFrame(waiting);
      rest();
    };
    for (const act of byHand) element?.addEventListener(act, stop, { passive: true });
    return () => {
      stop();
      for (const act of byHand) element?.removeEventListener(act, stop);
    };
    // Only where one goes to a row, not while the text is typed.
  }, [scrolled]);
  return { went: scrolled, goTo: (row) => setWent({ row }) };
}
