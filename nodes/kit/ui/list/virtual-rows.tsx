import {
  type ReactNode,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import type { KeptFolds } from './kept-folds.ts';
import { RowSizes } from './row-sizes.ts';
import { type ScrollFrame, ScrollPlace } from './scroll-place.ts';

/** Pixels drawn above and below the visible part. */
const beyond = 400;
/** Assumed height of a row in pixels, before any was drawn. */
const firstGuess = 44;
/** Rows drawn before the visible part is known. */
const firstDrawn = 20;
/** Most rows drawn on paper. */
export const mostOnPaper = 1_000;
/** Milliseconds of rest after which a list taller than its drawing is moved to its true place. */
const restAfter = 150;

export interface VirtualRowsProps {
  readonly count: number;
  /** Folds of the rows. */
  readonly folds: KeptFolds;
  /** The last jump target; a new object each time. */
  readonly went?: { readonly at: number } | undefined;
  /** Receives the positions that are drawn. */
  readonly want?: ((from: number, to: number) => void) | undefined;
  /** Whether to draw for paper, which does not scroll. */
  readonly onPaper?: boolean | undefined;
  /** The element of one row; for a row not yet loaded an element of the given height, with `data-waiting`. */
  readonly children: (at: number, height: number) => ReactNode;
}

interface Drawn {
  readonly from: number;
  readonly to: number;
}

/** Draws the visible part of any number of rows, of any heights, in any scrolling element. */
export function VirtualRows(props: VirtualRowsProps): ReactNode {
  const { count, folds, went, want, onPaper = false, children } = props;
  const list = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<Drawn>({ from: 0, to: Math.min(count, firstDrawn) });
  const from = onPaper ? 0 : drawn.from;
  const to = Math.min(onPaper ? mostOnPaper : drawn.to, count);
  const view = useRef<RowsView>(undefined);
  view.current ??= new RowsView(count, folds);
  const { current } = view;
  current.resize(count);
  useLayoutEffect(() => current.attach(list, setDrawn), [current]);
  // After every drawing: measures new rows and puts them in place.
  useLayoutEffect(() => {
    current.isStill = onPaper;
    current.settle({ from, to });
  });
  useLayoutEffect(() => {
    if (went !== undefined) current.goTo(went.at);
  }, [current, went]);
  useEffect(() => {
    if (!onPaper) want?.(from, to);
  }, [want, onPaper, from, to]);
  return (
    <div ref={list} className="gk-virtual">
      <div>
        {Array.from({ length: Math.max(0, to - from) }, (_, at) =>
          children(from + at, current.sizes.of(from + at)),
        )}
      </div>
    </div>
  );
}

/** The scrolling element around an element. */
function scrollerOf(element: Element): Element {
  for (let ancestor = element.parentElement; ancestor !== null; ancestor = ancestor.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(ancestor).overflowY)) return ancestor;
  }
  return document.documentElement;
}

/** How far the rows in an element can scroll, in pixels of their own heights. */
const views = new WeakMap<Element, RowsView>();

/**
 * Scrolls the rows around a node by pixels of their own heights, however tall the list is drawn. False if `scroller`
 * does not scroll them.
 */
export function scrollRows(scroller: Element, node: Node, step: number): boolean {
  const element = node instanceof Element ? node : node.parentElement;
  const list = element?.closest('.gk-virtual');
  if (!list || scrollerOf(list) !== scroller) return false;
  views.get(list)?.scrollBy(step);
  return true;
}

class RowsView {
  sizes: RowSizes;
  /** While printing, nothing is measured or moved, so that the screen stays the same afterwards. */
  isStill = false;
  readonly #place = new ScrollPlace();
  readonly #folds: KeptFolds;
  #list: HTMLElement | undefined;
  #scroller: Element | undefined;
  #draw: (drawn: Drawn) => void = () => undefined;
  #drawn: Drawn = { from: 0, to: 0 };
  /** The row to keep in the middle while those around it are measured. */
  #pinned: number | undefined;
  #resting: ReturnType<typeof setTimeout> | undefined;

  constructor(count: number, folds: KeptFolds) {
    this.#folds = folds;
    this.sizes = new RowSizes(count, firstGuess);
  }

  resize(count: number): void {
    if (this.sizes.count !== count) this.sizes = this.sizes.resized(count);
  }

  /** Watches the scrolling element. Returns the stop function. */
  attach(list: RefObject<HTMLElement | null>, draw: (drawn: Drawn) => void): () => void {
    const { current: element } = list;
    const block = element?.firstElementChild;
    if (element === null || !block) return () => undefined;
    const scroller = scrollerOf(element);
    [this.#list, this.#scroller, this.#draw] = [element, scroller, draw];
    views.set(element, this);
    const listening = new AbortController();
    const { signal } = listening;
    const scrolls = scroller === document.documentElement ? document : scroller;
    scrolls.addEventListener('scroll', () => this.#scrolled(), { signal, passive: true });
    this.#folds.watch(block, signal);
    const sized = new ResizeObserver(() => this.settle(this.#drawn));
    sized.observe(block);
    sized.observe(scroller);
    return () => {
      listening.abort();
      sized.disconnect();
      clearTimeout(this.#resting);
    };
  }

  goTo(row: number): void {
    this.#pinned = Math.min(row, this.sizes.count - 1);
    this.#keep(() => undefined);
  }

  /** Scrolls on by pixels of the rows' own heights. */
  scrollBy(step: number): void {
    this.#pinned = undefined;
    this.#keep(() => undefined, step);
  }

  /** Measures the drawn rows, without moving the first visible one. */
  settle(drawn: Drawn): void {
    if (this.isStill) return;
    this.#drawn = drawn;
    const rows = this.#list?.firstElementChild?.children;
    if (rows === undefined) return;
    this.#keep(() => {
      for (const [at, row] of [...rows].entries()) {
        this.#folds.restore(row);
        if (!row.hasAttribute('data-waiting')) {
          this.sizes.set(drawn.from + at, row.getBoundingClientRect().height);
        }
      }
    });
  }

  #scrolled(): void {
    const frame = this.#frame();
    if (frame === undefined || this.isStill) return;
    // People who scroll want to go on from there, not from the jump target.
    if (Math.abs(frame.top - this.#place.top) > 1) this.#pinned = undefined;
    this.#place.follow(frame);
    this.#redraw(frame);
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#keep(() => undefined), restAfter);
  }

  #frame(): ScrollFrame | undefined {
    const [list, scroller] = [this.#list, this.#scroller];
    if (list === undefined || scroller === undefined) return undefined;
    const edge = scroller === document.documentElement ? 0 : scroller.getBoundingClientRect().top;
    return { top: edge - list.getBoundingClientRect().top, view: scroller.clientHeight };
  }

  /**
   * Updates row heights and scrolls so that the first visible row, or the pinned one, keeps its place, shifted by the
   * given pixels.
   */
  #keep(change: () => void, further = 0): void {
    const before = this.#frame();
    if (before === undefined) return;
    const [sizes, place] = [this.sizes, this.#place];
    place.total = sizes.total;
    place.follow(before);
    const first = sizes.at(place.at);
    const into = place.at - sizes.before(first);
    change();
    place.total = sizes.total;
    if (this.#list !== undefined) this.#list.style.height = `${String(place.height)}px`;
    const { view } = before;
    const scroller = this.#scroller;
    const top = before.top - (scroller?.scrollTop ?? 0);
    const row = this.#pinned;
    const wanted =
      row === undefined
        ? place.at <= 0
          ? place.at + further
          : sizes.before(first) + into + further
        : Math.max(top, sizes.before(row) - Math.max(0, (view - sizes.of(row)) / 2));
    const step = place.go(wanted, view) - before.top;
    if (scroller !== undefined && Math.abs(step) >= 1) scroller.scrollTop += step;
    const frame = this.#frame() ?? before;
    // The scroller may not reach that far.
    place.follow(frame);
    this.#redraw(frame);
  }

  #redraw({ view }: ScrollFrame): void {
    const [{ sizes }, place] = [this, this.#place];
    const around = (pixels: number): Drawn => ({
      from: sizes.at(place.at - pixels),
      to: sizes.count === 0 ? 0 : sizes.at(place.at + view + pixels) + 1,
    });
    const block = this.#list?.firstElementChild;
    const [now, least, most] = [this.#drawn, around(beyond / 2), around(2 * beyond)];
    // Keeps the drawn range while it suffices and is not too large: a pixel more or less changes nothing.
    const isEnough = now.from <= least.from && now.to >= least.to;
    const isMuch = now.from < most.from || now.to > most.to;
    if (!isEnough || isMuch) this.#draw(around(beyond));
    if (block instanceof HTMLElement) {
      block.style.top = `${String(place.drawn(sizes.before(this.#drawn.from)))}px`;
    }
  }
}
