import {
  fitPadding,
  fittedZoom,
  leastWholeZoom,
  legibleZoom,
  type Bounds,
  type Size,
} from '@graft/view';
import type { Viewport } from '@xyflow/react';

/** The least zoom at which a person may look at all of a graph. */
const leastFitted = 0.02;

/**
 * The view of all of some bounds, clear of the tools at the lower edge. `toCome` are the pixels that a panel will take below:
 * they stay free where that costs no zoom.
 */
export function fittedView(bounds: Bounds, room: Size, toCome = 0): Viewport {
  const zoom = Math.max(leastFitted, fittedZoom(bounds, room));
  const { left, top, right, bottom } = bounds;
  const free = room.height - fitPadding.top - fitPadding.bottom - (bottom - top) * zoom;
  return {
    x: (room.width - (left + right) * zoom) / 2,
    y: fitPadding.top + Math.max(0, free - toCome) / 2 - top * zoom,
    zoom,
  };
}

/**
 * The view that a graph opens in: all of it, or where that would be too small to read, its results with as much of the graph
 * beside them as there is room for.
 */
export function openingView(
  { all, results }: { readonly all: Bounds; readonly results: readonly Bounds[] },
  room: Size,
  toCome = 0,
): Viewport {
  const [first] = results;
  if (fittedZoom(all, room) >= leastWholeZoom || first === undefined)
    return fittedView(all, room, toCome);
  const zoom = legibleZoom;
  const [wide, high] = [
    (room.width - 2 * fitPadding.side) / zoom,
    (room.height - fitPadding.top - fitPadding.bottom) / zoom,
  ];
  const shown = results.reduce((some, next) => {
    const more = around(some, next);
    return more.right - more.left <= wide && more.bottom - more.top <= high ? more : some;
  }, first);
  const left = within((shown.left + shown.right - wide) / 2, [all.left, all.right - wide]);
  const top = within((shown.top + shown.bottom - high) / 2, [all.top, all.bottom - high]);
  return { x: fitPadding.side - left * zoom, y: fitPadding.top - top * zoom, zoom };
}

function around(a: Bounds, b: Bounds): Bounds {
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

/** Where a window begins that stays between two ends; in the middle of them where it is larger than what it looks at. */
function within(at: number, [least, most]: readonly [number, number]): number {
  return most < least ? (least + most) / 2 : Math.min(most, Math.max(least, at));
}
