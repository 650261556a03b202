import { useEffect, useRef, type RefObject } from 'react';

/** Shows the beginning of a list again once its rows stand in another order, just below the bar that stays above it. */
export function useFromTheTop(list: RefObject<HTMLElement | null>, order: unknown): void {
  const known = useRef(order);
  useEffect(() => {
    if (known.current === order) return;
    known.current = order;
    const { current: element } = list;
    const bar = element?.previousElementSibling?.getBoundingClientRect();
    if (element === null || bar === undefined) return;
    if (element.getBoundingClientRect().top >= bar.bottom - 1) return;
    element.style.scrollMarginTop = `${String(bar.height)}px`;
    element.scrollIntoView();
  }, [order, list]);
}
