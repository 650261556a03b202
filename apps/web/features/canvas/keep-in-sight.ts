import { useEffect } from 'react';
import { fitAll, roomAsFitted, showView, type Room } from './viewport.ts';

interface Placed {
  readonly internals: { readonly positionAbsolute: { readonly x: number; readonly y: number } };
  readonly measured: { readonly width?: number; readonly height?: number };
}
/** Of the canvas's state what says where its nodes are seen. */
export interface Shown {
  readonly nodeLookup: ReadonlyMap<string, Placed>;
  readonly transform: readonly [x: number, y: number, zoom: number];
  readonly width: number;
  readonly height: number;
}

/** Whether a part of any node is out of sight. */
export function reachesOut({ nodeLookup, transform, width, height }: Shown): boolean {
  const [x, y, zoom] = transform;
  for (const { internals, measured } of nodeLookup.values()) {
    const left = internals.positionAbsolute.x * zoom + x;
    const top = internals.positionAbsolute.y * zoom + y;
    const right = left + (measured.width ?? 0) * zoom;
    const bottom = top + (measured.height ?? 0) * zoom;
    if (left < 0 || top < 0 || right > width || bottom > height) return true;
  }
  return false;
}

/** A view that was left for a smaller one, with the room that it had. */
interface Left extends Room {
  readonly transform: Shown['transform'];
}

/** The canvas, as far as it is kept in sight. */
export interface SightStore {
  getState(): Shown;
  subscribe(changed: (now: Shown, before: Shown) => void): () => void;
}
interface Canvas extends SightStore {
  /** Brings all of the graph into sight. */
  fit(): Promise<void>;
  /** The room that it was fitted into where it stands as that left it; undefined where somebody has moved it since. */
  roomAsFitted(): Room | undefined;
  show(transform: Shown['transform']): void;
}

/**
 * Where a panel takes room from the canvas, and all of the graph was in sight before and is not any more, it is fitted into
 * what is left, and again as that changes. Given the room back, it stands as it did, unless somebody has moved it meanwhile.
 * Gives what ends it.
 */
export function keepInSight({ getState, subscribe, fit, show, ...canvas }: Canvas): () => void {
  let left: Left | undefined;
  /** Where the graph was fitted to then. */
  let fitted: Shown['transform'] | undefined;
  let fitting = false;
  const fitInto = async (room: Shown): Promise<void> => {
    fitting = true;
    try {
      await fit();
    } catch {
      // A canvas that is going away cannot be fitted; one that stays is at its next change.
      return;
    } finally {
      fitting = false;
    }
    const then = getState();
    fitted = then.transform;
    // It takes a moment, in which the room may have become another.
    keep(then, room, true);
  };
  const keep = (now: Shown, before: Shown, wasInSight: boolean): void => {
    if (fitting || (now.width === before.width && now.height === before.height)) return;
    const isFitted = fitted !== undefined && now.transform.join() === fitted.join();
    if (left !== undefined && isFitted && now.width >= left.width && now.height >= left.height) {
      const { transform } = left;
      left = fitted = undefined;
      show(transform);
    } else if (isFitted || (wasInSight && reachesOut(now))) {
      if (left === undefined || !isFitted) {
        left = { transform: before.transform, width: before.width, height: before.height };
      }
      void fitInto(now);
    }
  };
  // The page's first panel may have taken its room before this had come.
  const begun = getState();
  const room = canvas.roomAsFitted();
  if (room !== undefined && reachesOut(begun)) {
    left = { transform: begun.transform, ...room };
    void fitInto(begun);
  }
  return subscribe((now, before) => keep(now, before, !reachesOut(before)));
}

export function useKeptInSight({ getState, subscribe }: SightStore): void {
  useEffect(
    () =>
      keepInSight({
        ...{ getState, subscribe },
        fit: () => fitAll(0),
        roomAsFitted,
        show: ([x, y, zoom]) => showView({ x, y, zoom }),
      }),
    [getState, subscribe],
  );
}
