import type { ModelKind } from '@graft/graph';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, queries } from '../../api/client.ts';

export type FoundRepo = Awaited<ReturnType<typeof api.models.search.query>>[number];
export type OfferedRepo = Awaited<ReturnType<typeof api.models.repo.query>>;
export type HubModelFacts = Awaited<ReturnType<typeof api.models.describe.query>>;

/** Milliseconds without a key before the hub is asked. */
const calm = 250;

/** A hub may take long: nothing else waits for its answer, and an answer that nobody wants any more is not waited for. */
const request = { abortOnUnmount: true, context: { skipBatch: true } };

/** A value once it has not changed for a moment. */
function useCalm<Value>(value: Value): Value {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), calm);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** Repositories of the hub for what is typed; the last ones stay until others have come. */
export function useHubSearch(typed: string, kind: ModelKind | undefined) {
  const text = useCalm(typed.trim().slice(0, 200));
  const answer = useQuery(
    queries.models.search.queryOptions(
      { text, ...(kind === undefined ? {} : { kind }) },
      { enabled: text !== '', placeholderData: keepPreviousData, retry: false, trpc: request },
    ),
  );
  const isCurrent = text === typed.trim().slice(0, 200) && !answer.isPlaceholderData;
  return { ...answer, found: text === '' ? [] : (answer.data ?? []), isCurrent };
}

/** A repository with its models. `name`: a reference. */
export function useHubRepo(name: string) {
  const calmName = useCalm(name);
  const answer = useQuery(
    queries.models.repo.queryOptions(
      { id: calmName },
      { enabled: calmName === name, retry: false, trpc: request },
    ),
  );
  const isCurrent = calmName === name;
  return {
    repo: isCurrent ? answer.data : undefined,
    error: isCurrent ? answer.error : null,
    refetch: answer.refetch,
  };
}

/**
 * What the hub tells of a GGUF file's header. It does not tell encoders from language models: where one of those is
 * asked for, Graft reads the header.
 */
export function toldFacts(
  { gguf }: Pick<OfferedRepo, 'gguf'>,
  format: OfferedRepo['models'][number]['format'] | undefined,
  asked: ModelKind | undefined,
): Partial<HubModelFacts> | undefined {
  const { architecture, contextLength, parameters } = gguf ?? {};
  const mayBeEncoder = asked === 'embedder' || asked === 'cross-encoder';
  if (mayBeEncoder || format !== 'gguf') return undefined;
  if (architecture === undefined || contextLength === undefined) return undefined;
  return {
    ...{ kind: 'language-model', architecture, contextLength },
    ...(parameters === undefined ? {} : { parameters }),
  };
}

/** What a model of the hub is, read from its files; `undefined`: nothing is asked. */
export function useHubFacts(model: string | undefined) {
  const id = useCalm(model);
  const enabled = id !== undefined && id === model;
  const answer = useQuery(
    queries.models.describe.queryOptions(
      { id: id ?? '' },
      { enabled, staleTime: Infinity, retry: false, trpc: request },
    ),
  );
  return { facts: enabled ? answer.data : undefined, error: enabled ? answer.error : null };
}
