import type { ArtifactRef, Edge, Graph } from '@graft/graph';
import { useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { z } from 'zod';
import { useDocument, useRunView } from '../../kit/stores.ts';
import { edgesInto, placeOf, resultStep, nodeTypes } from '@graft/view';
import { isLabeller, labeller } from './labeller.ts';

const paramsSchema = z.object({
  file: z.string(),
  metrics: z.array(z.string()),
  threshold: z.number(),
});
export type LabelParams = z.infer<typeof paramsSchema>;

/** Where a node keeps its labels, and what it holds against them; undefined of any other node, or where it does not say. */
export function labelParamsOf(graph: Graph, path: string): LabelParams | undefined {
  const node = placeOf(graph, path)?.node;
  if (node === undefined || !isLabeller(node)) return undefined;
  const given = nodeTypes().get(labeller)?.params.safeParse(node.params).data;
  return paramsSchema.safeParse(given).data;
}

type Runs = Parameters<typeof resultStep>[0];

/** What an edge brings, as the screen's runs gave it. */
function givenBy(runs: Runs, { source, sourcePort }: Edge): ArtifactRef | undefined {
  const step = resultStep(runs, source);
  const feed = step?.feeds?.[sourcePort];
  return feed === undefined
    ? step?.outputs[sourcePort]
    : resultStep(runs, feed.node)?.outputs[feed.port];
}

function useEdgesInto(path: string, port: string): readonly Edge[] {
  const graph = useDocument((state) => state.graph);
  return useMemo(
    () => edgesInto(graph, path).filter(({ targetPort }) => targetPort === port),
    [graph, path, port],
  );
}

/** Whether anything is connected to a port of a node; `path` is the node's. */
export function useConnected(path: string, port: string): boolean {
  return useEdgesInto(path, port).length > 0;
}

/** What comes into a port of a node, as far as it was made already; `path` is the node's. */
export function useInputs(path: string, port: string): readonly ArtifactRef[] {
  const edges = useEdgesInto(path, port);
  return useRunView(useShallow((runs) => edges.flatMap((edge) => givenBy(runs, edge) ?? [])));
}
