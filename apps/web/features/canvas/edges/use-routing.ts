import { useReactFlow, type InternalNode, type Node as FlowNode } from '@xyflow/react';
import { groupHead, groupTitleWidth } from '@graft/view';
import { useEffect } from 'react';
import { create } from 'zustand';
import { useDocument } from '../../../kit/stores.ts';
import type { GraphFlowEdge } from '../flow-nodes.ts';
import { routeEdges, type Routes } from './route-edges.ts';
import type { Ends, Obstacles } from './route.ts';
import type { Point } from './shapes.ts';

interface Routing {
  /** The routes of those edges that are not drawn as plain curves. */
  readonly routes: Routes;
  /** Where the cards stood between which they were led, by id. */
  readonly places: ReadonlyMap<string, Point>;
}

export const useRoutes = create<Routing>()(() => ({ routes: new Map(), places: new Map() }));

/** Milliseconds after which nobody waits for edges any more. */
const patience = 1_000;
/** Milliseconds in which a large graph is drawn after an edit. */
const beforeDrawn = 60;

/** Resolves once the cards of the document stand in their places, and its edges are led between them; after a second at the latest. */
export function edgesLed(): Promise<void> {
  const isLed = ({ places }: Routing): boolean => {
    const { nodes, layout } = useDocument.getState().shown;
    return Object.keys(nodes).every((id) => {
      const [place, drawn] = [layout[id], places.get(id)];
      return place !== undefined && drawn?.x === place.x && drawn.y === place.y;
    });
  };
  // Of so many, edges keep their curves, and nobody tells when their cards have moved.
  if (Object.keys(useDocument.getState().shown.nodes).length > manyNodes)
    return new Promise((resolve) => setTimeout(resolve, beforeDrawn));
  if (isLed(useRoutes.getState())) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      stop();
      clearTimeout(timer);
      resolve();
    };
    const stop = useRoutes.subscribe((state) => isLed(state) && done());
    const timer = setTimeout(done, patience);
  });
}

/** The routes that are drawn now. */
export const drawnRoutes = (): Routes => useRoutes.getState().routes;

/** The middle of a port's outer side, as the renderer takes it. */
export function portPlace(
  node: InternalNode | undefined,
  side: 'source' | 'target',
  port: string | null | undefined,
): Point | undefined {
  const handle = node?.internals.handleBounds?.[side]?.find(({ id }) => id === port);
  if (node === undefined || handle === undefined) return undefined;
  const { x, y } = node.internals.positionAbsolute;
  return {
    x: x + handle.x + (side === 'source' ? handle.width : 0),
    y: y + handle.y + handle.height / 2,
  };
}

/** The measured nodes as obstacles. Groups lie behind the edges, except for the words of their titles. */
export function obstaclesOf(
  nodes: readonly Pick<FlowNode, 'type' | 'position' | 'measured' | 'ariaLabel'>[],
): Obstacles {
  const boxes = nodes.flatMap(({ type, position: { x, y }, measured = {}, ariaLabel = '' }) => {
    const { width, height } = measured;
    if (width === undefined || height === undefined) return [];
    const isGroup = type === 'frame';
    const right = x + (isGroup ? Math.min(width, groupTitleWidth(ariaLabel)) : width);
    const bottom = y + (isGroup ? groupHead : height);
    return [{ isGroup, box: { left: x, top: y, right, bottom } }];
  });
  const of = (groups: boolean) =>
    boxes.flatMap(({ isGroup, box }) => (isGroup === groups ? [box] : []));
  return { cards: of(false), heads: of(true) };
}

/** Nodes above which edges keep their curves: nobody follows single edges there. */
const manyNodes = 400;

/** Routes the edges again whenever cards have come to rest in other places. */
export function useRouting(nodes: readonly FlowNode[], edges: readonly GraphFlowEdge[]): void {
  const flow = useReactFlow();
  const bends = useDocument(({ shown }) => shown.bends);
  const moving = nodes.some(({ dragging }) => dragging === true);
  // All that a route depends on; selections and runs change nothing.
  const isMany = nodes.length > manyNodes;
  const shape = moving
    ? undefined
    : isMany
      ? ''
      : [
          ...nodes.map(({ id, position: { x, y }, measured }) =>
            [id, x, y, measured?.width ?? '', measured?.height ?? ''].join(' '),
          ),
          ...edges.map(({ id }) => id + JSON.stringify(bends?.[id] ?? '')),
        ].join('\n');
  useEffect(() => {
    if (shape === undefined) return;
    const timer = setTimeout(() => {
      const places = new Map(nodes.map(({ id, position }) => [id, position]));
      if (isMany) return useRoutes.setState({ routes: new Map(), places });
      const ends = edges.flatMap((edge): Ends[] => {
        const from = portPlace(flow.getInternalNode(edge.source), 'source', edge.sourceHandle);
        const to = portPlace(flow.getInternalNode(edge.target), 'target', edge.targetHandle);
        if (from === undefined || to === undefined) return [];
        const port = `${edge.source}.${edge.sourceHandle ?? ''}`;
        return [{ id: edge.id, port, from, to, via: bends?.[edge.id] }];
      });
      useRoutes.setState({ routes: routeEdges(ends, obstaclesOf(nodes)), places });
    });
    return () => clearTimeout(timer);
    // Nodes, edges and bends are read as they are when the shape changes.
  }, [shape, isMany]);
}
