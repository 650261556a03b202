import { scrollRows } from '@graft/nodes/kit/ui';

/**
 * Frames in which the surroundings of a place may still change their height: distant content is laid out only when it
 * is near.
 */
const patience = 30;

const scrolls = (element: Element): boolean =>
  element === document.documentElement ||
  (element.scrollHeight > element.clientHeight + 1 &&
    /auto|scroll/.test(getComputedStyle(element).overflowY));

/** Pixels from the middle of the visible part of an element to the middle of a place, or to the start of a long one. */
function below(element: Element, place: Element | Range): number {
  const { clientHeight: view } = element;
  const { top, height } = place.getBoundingClientRect();
  const edge = element === document.documentElement ? 0 : element.getBoundingClientRect().top;
  return top + Math.min(height, view * 0.8) / 2 - (edge + view / 2);
}

/** Scrolls every scrolling ancestor of a place that is out of sight, from the inside out. */
function scrollTo(place: Element | Range): void {
  const node = place instanceof Range ? place.startContainer : place;
  if (!node.isConnected) return;
  for (let ancestor = node.parentElement; ancestor !== null; ancestor = ancestor.parentElement) {
    if (!scrolls(ancestor)) continue;
    const step = below(ancestor, place);
    if (Math.abs(step) <= ancestor.clientHeight / 3) continue;
    if (!scrollRows(ancestor, node, step)) ancestor.scrollTop += step;
  }
}

/** Brings a place into sight, and keeps it there until its surroundings have settled. Returns the stop function. */
export function bringIntoView(place: Element | Range): () => void {
  let waiting = 0;
  const look = (left: number): void => {
    scrollTo(place);
    if (left > 0) waiting = requestAnimationFrame(() => look(left - 1));
  };
  look(patience);
  return () => cancelAnimationFrame(waiting);
}
