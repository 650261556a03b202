import { useEffect, useState, type RefObject } from 'react';
import { reveal } from './highlight.ts';

/** Frames that a row may take to come. */
const patience = 600;

export interface Went {
  readonly row: number;
}

/** The row that was gone to last, a new object each time: brought into view once it is drawn, where the text stands in it. */
export function useWent(
  list: RefObject<HTMLElement | null>,
  text: string,
): { readonly went: Went | undefined; readonly goTo: (row: number) => void } {
  const [went, setWent] = useState<Went>();
  useEffect(() => {
    if (went === undefined) return;
    let waiting = 0;
    const look = (left: number): void => {
      const row = list.current?.querySelector(`[data-row="${String(went.row)}"]`);
      if (row) reveal(row, text);
      else if (left > 0) waiting = requestAnimationFrame(() => look(left - 1));
    };
    look(patience);
    return () => cancelAnimationFrame(waiting);
    // Only where one goes to a row, not while the text is typed.
  }, [went]);
  return { went, goTo: (row) => setWent({ row }) };
}
