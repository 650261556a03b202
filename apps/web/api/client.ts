import { QueryClient } from '@tanstack/react-query';
import {
  createTRPCClient,
  httpBatchLink,
  httpSubscriptionLink,
  splitLink,
  TRPCClientError,
} from '@trpc/client';
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
import type { AppRouter } from '../server/router/index.ts';

export const apiUrl = '/api/trpc';

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
      true: httpSubscriptionLink({ url: apiUrl }),
      false: httpBatchLink({ url: apiUrl, maxURLLength: 4_000, maxItems: 20 }),
    }),
  ],
});

/** Query options for `useQuery`. */
export const queries = createTRPCOptionsProxy<AppRouter>({ client: api, queryClient });
