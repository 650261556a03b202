import { type Node as FlowNode, type NodeChange, useStore, type InternalNode } from '@xyflow/react';
import { createContext, useRef } from 'react';
import { create } from 'zustand';

/** Nodes above which a graph is large: only those in sight are drawn then, and more than this in sight as one picture. */
export const manyNodes = 200;

/** Whether cards and edges are drawn as one picture. */
export const FarContext = createContext(false);

interface FarCards {
  /** The node under the pointer, which is a whole card then. */
  readonly near: string | undefined;
  /** While the cards and edges of a large graph are one picture: its edge at a point of the window. */
  readonly edgeAt:
    ((point: { readonly x: number; readonly y: number }) => string | undefined) | undefined;
  /** While there is such a picture: what is left to draw one by one of changes that come with a step of a drag. */
  readonly carry:
    | ((changes: readonly NodeChange[], nodes: readonly FlowNode[]) => readonly NodeChange[])
    | undefined;
  /** Nodes of the picture that are dragged together, and how far by now, in pixels of the graph. */
  readonly carried:
    | {
        readonly ids: ReadonlySet<string>;
        readonly by: { readonly x: number; readonly y: number };
        /** All nodes as they were when these were taken hold of. */
        readonly known: ReadonlyMap<string, FlowNode>;
      }
    | undefined;
}

export const useFarCards = create<FarCards>()(() => ({
  near: undefined,
  edgeAt: undefined,
  carry: undefined,
  carried: undefined,
}));

/** Milliseconds that the pointer stays on a node before its card is whole: a view that moves takes many past it. */
const dwell = 80;
let pointing: ReturnType<typeof setTimeout> | undefined;

export function pointAt(near: string | undefined): void {
  clearTimeout(pointing);
  const { edgeAt, carried, near: before } = useFarCards.getState();
  // What is carried passes over others.
  if (carried !== undefined || (edgeAt === undefined && before === undefined)) return;
  pointing = setTimeout(() => useFarCards.setState({ near }), dwell);
}

const placed = new WeakMap<FlowNode, FlowNode>();

/**
 * The node placed by its left and top edge, and as large as it is known to be. A transform of its own, as the renderer gives it, is a
 * layer of its own to look after for the browser, and a size that follows from what is in it makes it lay out all nodes where one
 * changes: of either, a thousand are more than it can do at once.
 */
export function placedFlat(node: FlowNode): FlowNode {
  const known = placed.get(node);
  if (known !== undefined) return known;
  const { x, y } = node.position;
  const { width, height } = node.measured ?? {};
  const isSized = node.type === 'graph' && width !== undefined && height !== undefined;
  const size = isSized ? { width, height, contain: 'layout size' } : {};
  const flat = {
    ...node,
    style: { ...node.style, transform: 'none', left: x, top: y, ...size },
  };
  placed.set(node, flat);
  return flat;
}

/** Nodes in sight below which cards are drawn one by one again: a view at the border must not change back and forth. */
const fewNodes = 0.75 * manyNodes;

interface Sight {
  readonly transform: readonly [x: number, y: number, zoom: number];
  readonly width: number;
  readonly height: number;
  readonly nodeLookup: ReadonlyMap<string, Pick<InternalNode, 'measured' | 'internals'>>;
}

/** Whether more than so many nodes are in sight. */
export function hasInSight({ transform, width, height, nodeLookup }: Sight, most: number): boolean {
  if (nodeLookup.size <= most) return false;
  const [x, y, zoom] = transform;
  let seen = 0;
  for (const { internals, measured } of nodeLookup.values()) {
    const left = internals.positionAbsolute.x * zoom + x;
    const top = internals.positionAbsolute.y * zoom + y;
    const right = left + (measured.width ?? 0) * zoom;
    const bottom = top + (measured.height ?? 0) * zoom;
    if (right > 0 && left < width && bottom > 0 && top < height && ++seen > most) return true;
  }
  return false;
}

/** Whether so many nodes are in sight that they are drawn as one picture. */
export function useManyInSight(): boolean {
  const wasMany = useRef(false);
  return useStore(
    (state) => (wasMany.current = hasInSight(state, wasMany.current ? fewNodes : manyNodes)),
  );
}

/** Zoom below which what stands on a card is too small to be read: only its title and its result are drawn then, larger. */
const farFrom = 0.5;
/** Zoom below which titles become smaller with their nodes: larger ones would not fit on them any more. */
const leastZoom = 0.18;
/** Steps in which the zoom doubles: the titles of a large graph are not laid out anew with each frame. */
const steps = 4;

/** Scale above which a card is too low for a result below its title. */
const mostForResults = 3.5;

/** Whether cards drawn with this scale have room for their results. */
export const showsResults = (scale: number): boolean => scale <= mostForResults;

/** How much larger titles are drawn than they are to be seen; undefined where nodes are drawn as they are. */
export function farScale(zoom: number): number | undefined {
  if (zoom >= farFrom) return undefined;
  const scale = 1 / Math.max(zoom, leastZoom);
  return 2 ** (Math.round(Math.log2(scale) * steps) / steps);
}
