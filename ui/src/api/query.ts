// Server state.  Every key begins with the thing's plural noun ('leads', 'creatives', ...), so that
// live events can say which lists to look at again (live.ts).
import { QueryClient, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/preact-query';
import { ApiError } from './client';

export { useInfiniteQuery, useMutation, useQuery, useQueryClient };

const worthRepeating = (error: unknown) =>
  !(error instanceof ApiError) || error.status === 0 || error.status === 503 || error.status === 502;

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchOnWindowFocus: true,
      retry: (count, error) => count < 2 && worthRepeating(error),
    },
    mutations: { retry: false },
  },
});
