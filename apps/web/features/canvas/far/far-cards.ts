import type { Node as FlowNode, NodeChange } from '@xyflow/react';
import { createContext } from 'react';
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
