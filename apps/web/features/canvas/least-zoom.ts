import type { InternalNode } from '@xyflow/react';
import { boundsOf } from './drawn-frames.ts';
import { zoomRange } from './viewport.ts';

/** The renderer's own store. Nothing is imported from the renderer here: it would come in pieces then. */
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

/** How much smaller than when it is fitted a graph may be drawn. */
const margin = 0.6;
/** A small graph may always be zoomed out to this. */
const leastOfSmall = 0.3;
/** Milliseconds after a change after which the limit is found anew. */
const rest = 200;

/** The zoom below which a graph would only be a speck, in steps, so that it changes seldom. */
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

/** Keeps the canvas from being zoomed out until its graph cannot be found again. Returns the stop function. */
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
