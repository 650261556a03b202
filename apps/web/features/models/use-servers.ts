import { isModelNode, type ModelQuestion } from '@graft/view';
import { useQuery } from '@tanstack/react-query';
import { api, queries } from '../../api/client.ts';
import { useDocument } from '../../kit/stores.ts';

export type RunningServer = Awaited<ReturnType<typeof api.models.servers.query>>[number];

/** Whether the node that asks for a model can ask a server: another node then takes the place of a Base model. */
export function useMayAskServer({ node }: ModelQuestion): boolean {
  return useDocument(({ shown }) => node !== undefined && isModelNode(shown.nodes[node]?.type));
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
