import { useReactFlow, type Node as FlowNode } from '@xyflow/react';
import { useEffect } from 'react';
import type { GraphFlowEdge } from '../flow-nodes.ts';
import { useDocument } from '../../../kit/stores.ts';
import { portPlace } from '../port-place.ts';
import { obstaclesOf } from './obstacles.ts';
import { routeEdges } from './route-edges.ts';
import type { Ends } from './route.ts';
import { useRoutes } from './routes.ts';

/** Nodes from which on edges keep their curves: nobody follows single ones there. */
const manyNodes = 400;

/** Finds the ways of the edges anew whenever cards have come to rest in other places. */
export function useRouting(nodes: readonly FlowNode[], edges: readonly GraphFlowEdge[]): void {
  const flow = useReactFlow();
  const bends = useDocument(({ shown }) => shown.bends);
  const moving = nodes.some(({ dragging }) => dragging === true);
  // All that a route depends on; what is selected or run changes nothing.
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
      if (isMany) return useRoutes.setState({ routes: new Map() });
      const ends = edges.flatMap((edge): Ends[] => {
        const from = portPlace(flow.getInternalNode(edge.source), 'source', edge.sourceHandle);
        const to = portPlace(flow.getInternalNode(edge.target), 'target', edge.targetHandle);
        if (from === undefined || to === undefined) return [];
        const port = `${edge.source}.${edge.sourceHandle ?? ''}`;
        return [{ id: edge.id, port, from, to, via: bends?.[edge.id] }];
      });
      useRoutes.setState({ routes: routeEdges(ends, obstaclesOf(nodes)) });
    });
    return () => clearTimeout(timer);
    // Nodes and edges are taken as they are when the shape last changed. What was drawn while a bend was dragged goes with it.
  }, [shape, isMany && bends]);
}
