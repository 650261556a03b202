import { QueryClient } from '@tanstack/react-query';
import {
  createTRPCClient,
  createWSClient,
  httpBatchLink,
  retryLink,
  splitLink,
  TRPCClientError,
  wsLink,
  type OperationLink,
  type TRPCLink,
} from '@trpc/client';
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '../server/router/index.ts';

/** What a run of a graph would do. */
export type PlanReport = inferRouterOutputs<AppRouter>['runs']['plan'];

/** Below the page's own address, wherever a proxy puts it. */
export const apiUrl = 'api/trpc';

function socketUrl(): string {
  const url = new URL('api/live', document.baseURI);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

/** Milliseconds before the socket is tried again: at once, then after longer and longer. */
const retryDelayMs = (attempt: number): number =>
  attempt === 0 ? 0 : Math.min(250 * 2 ** attempt, 4_000);

/** Codes of a server that fails for now: its database may be busy. */
const passing: readonly unknown[] = ['INTERNAL_SERVER_ERROR', 'SERVICE_UNAVAILABLE'];

/** Asks for a subscription again for as long as the server fails, after one second, then longer and longer up to 30. */
export const subscriptionRetry = {
  retry: ({ error }: { readonly error: TRPCClientError<AppRouter> }): boolean =>
    passing.includes(error.data?.code),
  retryDelayMs: (attempt: number): number => Math.min(1_000 * 2 ** (attempt - 1), 30_000),
};

/**
 * The tab's one socket, for all of its subscriptions: a browser opens six requests to a host at a time, over all tabs, and a
 * subscription that held one for good would leave none. It opens with the first subscription; no query waits for it.
 */
const socketLink: TRPCLink<AppRouter> = (runtime) => {
  let opened: OperationLink<AppRouter> | undefined;
  const open = (): OperationLink<AppRouter> => {
    const client = createWSClient({
      url: socketUrl,
      retryDelayMs,
      keepAlive: { enabled: true, intervalMs: 20_000, pongTimeoutMs: 10_000 },
    });
    return wsLink<AppRouter>({ client })(runtime);
  };
  return (options) => (opened ??= open())(options);
};

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // The server says no once and means it; only an unanswered request is worth another try.
      retry: (count, error) =>
        count < 3 && error instanceof TRPCClientError && error.data === undefined,
    },
  },
});

export const api = createTRPCClient<AppRouter>({
  links: [
    splitLink({
      condition: (operation) => operation.type === 'subscription',
      true: [retryLink(subscriptionRetry), socketLink],
      false: splitLink({
        // What waits for another server than ours: a batch is answered once all of it is.
        condition: ({ context }) => context['skipBatch'] === true,
        true: httpBatchLink({ url: apiUrl, maxItems: 1 }),
        false: httpBatchLink({ url: apiUrl, maxURLLength: 4_000, maxItems: 20 }),
      }),
    }),
  ],
});

/** Query options for `useQuery`. */
export const queries = createTRPCOptionsProxy<AppRouter>({ client: api, queryClient });
