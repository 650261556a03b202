import type { GraphNode, NodeType } from '@graft/graph';
import { drawnFile, givenHere, prefixOf, shapeOf } from '@graft/view';
import { useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { useDocument, useUsedGraphs } from './stores.ts';

/** What a node that is shown is called in plans and runs: see `pathOf`. */
export function usePath(id: string): string {
  return useDocument(({ trail }) => prefixOf(trail)) + id;
}

/** As `shapeOf`, and again when the graphs that the open one uses have come. */
export function useShape(node: GraphNode | undefined): NodeType | undefined {
  useUsedGraphs((state) => state.lookup);
  useDocument((state) => drawnFile(state).graphs);
  return shapeOf(node);
}

/** The parameters that a node that is shown has in this use of its graph. */
export function useParamsHere(id: string): GraphNode['params'] | undefined {
  const own = useDocument((state) => state.shown.nodes[id]?.params);
  const given = useDocument(useShallow((state) => givenHere(state, id)));
  return useMemo(
    () => (Object.keys(given).length === 0 ? own : { ...own, ...given }),
    [own, given],
  );
}
