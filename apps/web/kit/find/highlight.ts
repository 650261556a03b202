import { useEffect, type RefObject } from 'react';

const name = 'graft-found';
/** The most marks: more than anyone reads. */
const limit = 2_000;

function places(root: Node, text: string): Range[] {
  const ranges: Range[] = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const content = (node.nodeValue ?? '').toLowerCase();
    for (let at = content.indexOf(text); at !== -1; at = content.indexOf(text, at + text.length)) {
      // Some letters get longer in lower case; then nothing is marked.
      if (at + text.length > (node.nodeValue ?? '').length) break;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + text.length);
      ranges.push(range);
      if (ranges.length >= limit) return ranges;
    }
  }
  return ranges;
}

/**
 * Unfolds whatever hides the first match in a row, its own summary included, and returns the match. Undefined without a
 * match, or for an empty text.
 */
export function unfold(row: Element, text: string): Range | undefined {
  const wanted = text.trim().toLowerCase();
  const found = wanted === '' ? [] : places(row, wanted);
  const holders = found.flatMap(({ startContainer }) => startContainer.parentElement ?? []);
  const isFolded = (holder: Element): boolean => foldsAround(holder, row).some(({ open }) => !open);
  const isSeen = holders.some((holder) => !isFolded(holder) && holder.closest('summary') === null);
  const folded = isSeen ? undefined : holders.find(isFolded);
  for (const fold of folded === undefined ? [] : foldsAround(folded, row)) fold.open = true;
  return found[0];
}

/** The folded ancestors of a place within its row, except one whose summary holds the place. */
function foldsAround(holder: Element, row: Element): HTMLDetailsElement[] {
  const folds: HTMLDetailsElement[] = [];
  for (let fold = holder.closest('details'); fold !== null && row.contains(fold);) {
    if (holder.closest('summary')?.parentElement !== fold) folds.push(fold);
    fold = fold.parentElement?.closest('details') ?? null;
  }
  return folds;
}

/** Marks all matches below an element without changing the elements. */
export function useHighlight(root: RefObject<HTMLElement | null>, text: string): void {
  useEffect(() => {
    const element = root.current;
    const wanted = text.trim().toLowerCase();
    if (element === null || wanted === '' || !('highlights' in CSS)) return;
    let waiting: number | undefined;
    const mark = (): void => {
      waiting = undefined;
      CSS.highlights.set(name, new Highlight(...places(element, wanted)));
    };
    const observer = new MutationObserver(() => {
      waiting ??= requestAnimationFrame(mark);
    });
    observer.observe(element, { childList: true, subtree: true, characterData: true });
    mark();
    return () => {
      observer.disconnect();
      if (waiting !== undefined) cancelAnimationFrame(waiting);
      CSS.highlights.delete(name);
    };
  }, [root, text]);
}
