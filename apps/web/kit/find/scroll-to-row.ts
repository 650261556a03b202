import { useEffect, useState, type RefObject } from 'react';
import { bringIntoView } from './bring-into-view.ts';
import { unfold } from './highlight.ts';

/** Frames to wait for a row. */
const patience = 600;
/** Frames to wait for the text of a row. */
const patienceForText = 30;

/** Events of scrolling by hand. */
const byHand = ['wheel', 'touchmove', 'keydown', 'pointerdown'] as const;

export interface ScrolledRow {
  readonly row: number;
}

/**
 * The row that was last scrolled to, a new object each time. It comes into view once it is drawn, at the matching text.
 */
export function useScrolledRow(
  list: RefObject<HTMLElement | null>,
  text: string,
): {
  readonly went: ScrolledRow | undefined;
  readonly goTo: (row: number) => void;
  readonly unmark: () => void;
} {
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
      // Parts of a row are drawn, or loaded, only after it was scrolled to.
      const more = text.trim() !== '' && place === undefined;
      if (row && row.querySelector('[data-reading]') === null) drawing -= 1;
      if (left > 0 && (!row || (more && drawing > 0)))
        waiting = requestAnimationFrame(() => look(left - 1));
    };
    look(patience);
    const { current: element } = list;
    // Whoever has scrolled on must not be taken back.
    const stop = (): void => {
      cancelAnimationFrame(waiting);
      rest();
    };
    for (const act of byHand) element?.addEventListener(act, stop, { passive: true });
    return () => {
      stop();
      for (const act of byHand) element?.removeEventListener(act, stop);
    };
    // Only when a row is scrolled to, not while the text is typed.
  }, [scrolled]);
  return {
    went: scrolled,
    goTo: (row) => setWent({ row }),
    unmark: () => setWent(undefined),
  };
}
