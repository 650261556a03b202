import type { Graph } from '@graft/graph';
import { nodeTypes, type ModelQuestion } from '@graft/view';
import { useQuery } from '@tanstack/react-query';
import { api, queries } from '../../api/client.ts';
import { useDocument } from '../../kit/stores.ts';

export type RunningServer = Awaited<ReturnType<typeof api.models.servers.query>>[number];

/** A model of a server. */
export type ServedModel = Pick<RunningServer, 'url' | 'secret'> & { readonly model: string };

const remoteType = 'remote-model';

/** Whether the node that asks for a model can ask a server instead: a Base model, which another node takes the place of. */
export function useMayAskServer({ node }: ModelQuestion): boolean {
  return useDocument(({ shown }) => node !== undefined && shown.nodes[node]?.type === 'base-model');
}

/** The usual servers of models that run on the server's machine now. */
export function useServers(enabled: boolean): readonly RunningServer[] {
  const { data = [] } = useQuery(
    queries.models.servers.queryOptions(undefined, {
      ...{ enabled, staleTime: 5_000, retry: false },
      trpc: { abortOnUnmount: true, context: { skipBatch: true } },
    }),
  );
  return data;
}

/** `127.0.0.1:11434` */
export const hostOf = (url: string): string => new URL(url).host;

/** A Base model becomes a Remote model that asks a server; its connections stay. */
export function asRemoteModel(
  graph: Graph,
  node: string,
  { url, model, secret }: ServedModel,
): Graph {
  const before = graph.nodes[node];
  const version = nodeTypes().get(remoteType)?.version;
  if (before === undefined || version === undefined) return graph;
  const params = { url, model, ...(secret === undefined ? {} : { key: { $secret: secret } }) };
  return {
    ...graph,
    nodes: { ...graph.nodes, [node]: { ...before, type: remoteType, version, params } },
  };
}
