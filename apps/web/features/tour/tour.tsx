import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { commandOf, isGoingOn, isRunnable, openPanel, runCommand } from '@graft/view';
import { useDocument, useOverlay, useRunView, useScreen } from '../../kit/stores.ts';
import { stopped, stops, stopsWithoutRun } from './stops.ts';
import './tour.css';

/** Pixels between an element and the frame around it. */
const off = 3;
/** Milliseconds after which an element that is not on the screen yet is looked for again. */
const again = 120;

function close(): void {
  useOverlay.getState().show({ tour: false });
}

/** The visible frame of the explained element; undefined if it is not on the screen. */
function boxOf(about: string): DOMRect | undefined {
  const box = document.querySelector(about)?.getBoundingClientRect();
  if (box === undefined || box.width < 8 || box.height < 8) return undefined;
  const [left, top] = [Math.max(0, box.left - off), Math.max(0, box.top - off)];
  const [right, bottom] = [
    Math.min(innerWidth, box.right + off),
    Math.min(innerHeight, box.bottom + off),
  ];
  return new DOMRect(left, top, right - left, bottom - top);
}

type RanHere = 'not' | 'going on' | 'succeeded' | 'stopped';

/** How the run of the tour stands, and what starts it. */
function useRanHere(): readonly [RanHere, () => void] {
  /** The run that was started here before that of the tour. */
  const [before, setBefore] = useState<{ readonly runId: string | undefined }>();
  const state = useRunView((view): RanHere => {
    if (before === undefined) return 'not';
    if (view.starting || isGoingOn(view)) return 'going on';
    const { run, ranGraph } = view;
    const isOwn = ranGraph !== null && ranGraph.runId !== before.runId;
    return isOwn && run?.runId === ranGraph.runId && run.status === 'succeeded'
      ? 'succeeded'
      : 'stopped';
  });
  const start = (): void => {
    setBefore({ runId: useRunView.getState().ranGraph?.runId });
    runCommand(commandOf('run'));
  };
  return [state, start];
}

/** Shows the result of the graph: with nothing selected, the panel on the right is that. */
function showResult(): void {
  useScreen.getState().select([]);
  openPanel('inspector');
}

/**
 * A tour of the screen: one element after another, highlighted and explained in two sentences. It runs the graph with the
 * person, and ends on the result.
 */
export function Tour() {
  const dialog = useRef<HTMLDialogElement>(null);
  const card = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const [place, setPlace] = useState<{ readonly left: number; readonly top: number }>();
  const [lit, setLit] = useState<DOMRect>();
  const [ran, run] = useRanHere();
  const runnable = useDocument(isRunnable);
  const route = runnable ? stops : stopsWithoutRun;
  const stop = route[at];
  const isStopped = stop?.part === 'wait' && ran === 'stopped';
  const end = isStopped ? at : route.length - 1;
  const last = at >= end;
  const busy = useRunView((view) => view.starting || isGoingOn(view));
  const runs = stop?.part === 'run' && runnable && !busy;
  const { title, says } = isStopped ? stopped : (stop ?? stopped);
  const [known, setKnown] = useState(ran);
  if (known !== ran) {
    setKnown(ran);
    if (ran === 'succeeded' && stop?.part === 'wait') setAt(at + 1);
  }
  useEffect(() => {
    if (stop?.part === 'result') showResult();
  }, [stop]);
  useEffect(() => {
    useScreen.getState().look('canvas');
    dialog.current?.showModal();
  }, []);
  useLayoutEffect(() => {
    let later: ReturnType<typeof setTimeout> | undefined;
    /** Whether the explained element is on the screen. */
    const put = (): boolean => {
      const box = boxOf(stop?.about ?? '');
      const size = card.current?.getBoundingClientRect();
      setLit(box);
      if (size) setPlace(cardPlace(box, size, { width: innerWidth, height: innerHeight }));
      return box !== undefined;
    };
    const putUntilSeen = (): void => {
      if (!put()) later = setTimeout(putUntilSeen, again);
    };
    put();
    // The canvas may still be loading when the tour starts in another view.
    later = setTimeout(putUntilSeen, again);
    window.addEventListener('resize', put);
    return () => {
      clearTimeout(later);
      window.removeEventListener('resize', put);
    };
  }, [stop]);
  useEffect(() => card.current?.querySelector<HTMLElement>('[data-next]')?.focus(), [at]);
  const go = (to: number): void => setAt(Math.max(0, Math.min(to, end)));
  const next = (): void => {
    if (last) return close();
    if (runs) run();
    go(at + 1);
  };
  return (
    <dialog
      ref={dialog}
      className="tour"
      aria-labelledby="tour-title"
      aria-describedby="tour-says"
      onClose={close}
      onKeyDown={({ key }) => {
        // Nothing runs by a key that goes on.
        if (key === 'ArrowRight' && !runs) go(at + 1);
        else if (key === 'ArrowLeft') go(at - 1);
      }}
    >
      {lit === undefined ? (
        <div className="tour-shade" />
      ) : (
        <div
          className="tour-light"
          style={{ left: lit.left, top: lit.top, width: lit.width, height: lit.height }}
        />
      )}
      <div ref={card} className="tour-card" style={place ?? { visibility: 'hidden' }}>
        <h2 id="tour-title" className="text-[15px] font-[620] tracking-[-0.01em]">
          {title}
        </h2>
        <p id="tour-says" className="mt-1 text-ink-2" aria-live="polite">
          {says}
        </p>
        <div className="mt-3 flex items-center gap-2">
          <span className="flex-1 text-sm text-ink-2 tabular-nums">
            {at + 1} of {end + 1}
          </span>
          {last ? null : (
            <button type="button" className="button" onClick={close}>
              Skip
            </button>
          )}
          {at === 0 ? null : (
            <button type="button" className="button" onClick={() => go(at - 1)}>
              Back
            </button>
          )}
          <button type="button" className="button go" data-next onClick={next}>
            {last ? 'Done' : runs ? 'Run' : 'Next'}
          </button>
        </div>
      </div>
    </dialog>
  );
}

interface Size {
  readonly width: number;
  readonly height: number;
}

interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

/** Pixels between the card and the element, and between the card and the window. */
const gap = 14;

/**
 * Where a card goes beside a box: below, above, to the right or left, wherever there is room; inside, near the bottom,
 * if the box fills the window. Without a box: in the middle.
 */
export function cardPlace(box: Box | undefined, card: Size, view: Size): Pick<Box, 'left' | 'top'> {
  if (box === undefined)
    return { left: (view.width - card.width) / 2, top: (view.height - card.height) / 2 };
  const { left, top, width, height } = box;
  const within = (at: number, size: number, all: number): number =>
    Math.max(gap, Math.min(at, all - size - gap));
  const across = within(left + (width - card.width) / 2, card.width, view.width);
  const along = within(top + (height - card.height) / 2, card.height, view.height);
  const below = top + height + gap;
  const above = top - gap - card.height;
  const right = left + width + gap;
  const before = left - gap - card.width;
  if (right + card.width + gap <= view.width && height > card.height)
    return { left: right, top: along };
  if (before >= gap && height > card.height) return { left: before, top: along };
  if (below + card.height + gap <= view.height) return { left: across, top: below };
  if (above >= gap) return { left: across, top: above };
  return {
    left: across,
    top: within(top + height - card.height - 4 * gap, card.height, view.height),
  };
}
