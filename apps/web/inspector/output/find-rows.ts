import type { ArtifactRef } from '@graft/graph';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from '../../api/client.ts';
import type { Found } from './found.ts';

/** Milliseconds of rest after a key before the server searches. */
const restAfter = 200;

function useRested(text: string): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), restAfter);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}

/** The rows of an artifact that hold a text; undefined while nothing is searched. */
export function useFound(artifact: ArtifactRef | undefined, text: string): Found | undefined {
  const wanted = useRested(text.trim());
  const { data, isFetching } = useQuery({
    queryKey: ['found', artifact?.digest, wanted],
    enabled: artifact !== undefined && wanted !== '',
    staleTime: Infinity,
    queryFn: async ({ signal }) => {
      if (artifact === undefined) return undefined;
      return api.artifacts.search.query({ artifact, text: wanted }, { signal });
    },
  });
  if (text.trim() === '') return undefined;
  const loading = isFetching || wanted !== text.trim();
  return { rows: [], searched: 0, complete: true, ...data, loading };
}
