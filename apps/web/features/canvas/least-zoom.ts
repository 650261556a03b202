import type { InternalNode } from '@xyflow/react';
import { boundsOf } from './drawn-frames.ts';
import { zoomRange } from './viewport.ts';

/** React Flow's store. Imports nothing from React Flow: the bundler would split it. */
export interface ZoomStore {
  getState(): {
    readonly nodes: readonly unknown[];
    readonly nodeLookup: ReadonlyMap<string, InternalNode>;
    readonly width: number;
    readonly height: number;
    readonly minZoom: number;
    setMinZoom(zoom: number): void;
  };
  subscribe(changed: () => void): () => void;
}

/** How much smaller than the fitted view a graph may become. */
const margin = 0.6;
/** Small graphs can always be zoomed out to this. */
const leastOfSmall = 0.3;
/** Milliseconds after a change until the limit is computed again. */
const rest = 200;

/** The zoom below which a graph would be a speck; rounded to steps, so that it rarely changes. */
export function leastZoom(
  nodes: Iterable<Pick<InternalNode, 'measured' | 'internals'>>,
  { width, height }: { readonly width: number; readonly height: number },
): number {
  const { left, top, right, bottom } = boundsOf(nodes);
  const fitted = Math.min(width / (right - left), height / (bottom - top));
  if (!(fitted > 0)) return leastOfSmall;
  const wanted = Math.min(leastOfSmall, fitted * margin);
  return Math.max(zoomRange.min, 2 ** Math.floor(Math.log2(wanted)));
}

/** Limits zooming out, so that the graph cannot get lost. Returns the stop function. */
export function limitZoom(store: ZoomStore): () => void {
  let seen: unknown;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const limit = (): void => {
    const { nodeLookup, width, height, minZoom, setMinZoom } = store.getState();
    const least = leastZoom(nodeLookup.values(), { width, height });
    if (least !== minZoom) setMinZoom(least);
  };
  const look = (): void => {
    const { nodes, width, height } = store.getState();
    const now = [nodes, width, height];
    const before = seen;
    if (Array.isArray(before) && now.every((value, at) => value === before[at])) return;
    seen = now;
    clearTimeout(waiting);
    waiting = setTimeout(limit, rest);
  };
  look();
  const stop = store.subscribe(look);
  return () => {
    stop();
    clearTimeout(waiting);
  };
}
