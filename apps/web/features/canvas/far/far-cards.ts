import type { Node as FlowNode, NodeChange } from '@xyflow/react';
import { createContext } from 'react';
import { create } from 'zustand';

/**
 * Number of nodes above which a graph is large: then only visible nodes are drawn, and more visible nodes than this as
 * one picture.
 */
export const manyNodes = 200;

/** Whether cards and edges are drawn as one picture. */
export const FarContext = createContext(false);

interface FarCards {
  /** The node under the pointer, which is drawn as a whole card. */
  readonly near: string | undefined;
  /** Finds the edge at a point of the window, while the cards and edges of a large graph are one picture. */
  readonly edgeAt:
    ((point: { readonly x: number; readonly y: number }) => string | undefined) | undefined;
  /** Filters the changes of a drag while there is such a picture: returns those to draw one by one. */
  readonly carry:
    | ((changes: readonly NodeChange[], nodes: readonly FlowNode[]) => readonly NodeChange[])
    | undefined;
  /** Nodes of the picture that are dragged together, and their offset in graph coordinates. */
  readonly carried:
    | {
        readonly ids: ReadonlySet<string>;
        readonly by: { readonly x: number; readonly y: number };
        /** All nodes as they were at the start of the drag. */
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

/** Milliseconds that the pointer rests on a node before its whole card is drawn: a moving view passes many. */
const dwell = 80;
let pointing: ReturnType<typeof setTimeout> | undefined;

export function pointAt(near: string | undefined): void {
  clearTimeout(pointing);
  const { edgeAt, carried, near: before } = useFarCards.getState();
  // Dragged nodes pass over others.
  if (carried !== undefined || (edgeAt === undefined && before === undefined)) return;
  pointing = setTimeout(() => useFarCards.setState({ near }), dwell);
}

const placed = new WeakMap<FlowNode, FlowNode>();

/**
 * Positions a node by left and top, with its known size. Otherwise the browser makes a layer for each transform, and
 * lays out all nodes when one changes: too slow for a thousand.
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

/** Below this zoom the text of a card is too small: only its title, status and result are drawn, enlarged. */
const farFrom = 0.6;
/** Below this zoom titles shrink with their nodes, which have no room for larger ones. */
const leastZoom = 0.18;
/** Steps for each doubling of the zoom: titles of a large graph are not laid out on every frame. */
const steps = 4;

/** Scale above which a card has no room for a result below its title. */
const mostForResults = 3.5;

/** Whether cards at this scale have room for their results. */
export const showsResults = (scale: number): boolean => scale <= mostForResults;

/** How much titles are enlarged; undefined at a zoom that shows whole cards. */
export function farScale(zoom: number): number | undefined {
  if (zoom >= farFrom) return undefined;
  const scale = 1 / Math.max(zoom, leastZoom);
  return 2 ** (Math.round(Math.log2(scale) * steps) / steps);
}

/** Zoom below which the smallest letters of a card, 11 px, have to be enlarged to be 10 px on the screen. */
const wholeFrom = 0.93;
/** Steps for each doubling of the zoom. */
const nearSteps = 16;

/**
 * How much a card enlarges its letters for them to keep their size on the screen, at least; undefined at a zoom that needs
 * none of it, and where a card is seen from far.
 */
export function nearScale(zoom: number): number | undefined {
  if (zoom < farFrom || zoom >= wholeFrom) return undefined;
  return 2 ** (Math.ceil(Math.log2(1 / zoom) * nearSteps) / nearSteps);
}
