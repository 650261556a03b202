import type { ArtifactRef } from '@graft/graph';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api } from '../../api/client.ts';
import { refusalOf } from '../../api/problem.ts';
import { answersToLabel, type AnswerToLabel } from './answers-to-label.ts';
import { useConnected, useInputs, type LabelParams } from './labelled-node.ts';

/** More answers would not be read by anybody. Of metrics, of which an answer may have several rows, more are read. */
const mostAnswers = 20_000;
const mostVerdicts = 100_000;

/** What there is to label at a node. */
export interface AnswersAt {
  /** Undefined: they are being read, or there are none. */
  readonly answers: readonly AnswerToLabel[] | undefined;
  /** How many more there are than the table holds. */
  readonly left: number;
  /** Why there are none. */
  readonly absent: string | undefined;
}

/** The answers that come into a node, with what is said of them. */
export function useAnswers(path: string, rule: LabelParams): AnswersAt {
  const connected = useConnected(path, 'answers');
  const [artifact, ...others] = useInputs(path, 'answers');
  const verdicts = useInputs(path, 'verdicts');
  const needed = artifact === undefined ? [] : [artifact, ...verdicts];
  const { data, error } = useQuery({
    queryKey: ['answers-to-label', ...needed.map(({ digest }) => digest)],
    enabled: artifact !== undefined && others.length === 0,
    // Artifacts never change.
    staleTime: Infinity,
    queryFn: ({ signal }) =>
      Promise.all(
        needed.map((one, at) =>
          firstRows(
            (page) => api.artifacts.page.query({ artifact: one, ...page }, { signal }),
            at === 0 ? mostAnswers : mostVerdicts,
          ),
        ),
      ),
  });
  const answers = useMemo(() => {
    if (data === undefined) return undefined;
    const [rows = [], ...metrics] = data.map((found) => found.rows);
    return answersToLabel(rows, metrics, rule);
  }, [data, rule]);
  return {
    answers,
    left: data?.[0]?.left ?? 0,
    absent: connected ? absence(artifact, error) : unconnected,
  };
}

const unconnected =
  'There are no answers: nothing is connected to “answers”. Connect a node such as Generate.';

function absence(artifact: ArtifactRef | undefined, error: Error | null): string | undefined {
  if (artifact === undefined) {
    return 'There are no answers yet. Run the graph, then label its answers.';
  }
  return error === null ? undefined : refusalOf(error);
}

interface Page {
  readonly rows: readonly unknown[];
  /** Of all pages. */
  readonly total: number;
}

interface FirstRows {
  readonly rows: readonly unknown[];
  /** How many come after them. */
  readonly left: number;
}

const pageSize = 5_000;

/** The first rows of an output, at most so many. */
export async function firstRows(
  read: (page: { readonly offset: number; readonly limit: number }) => Promise<Page>,
  atMost: number,
): Promise<FirstRows> {
  const rows: unknown[] = [];
  for (;;) {
    const limit = Math.min(pageSize, atMost - rows.length);
    const found = await read({ offset: rows.length, limit });
    rows.push(...found.rows);
    const left = found.total - rows.length;
    if (found.rows.length === 0 || left <= 0 || rows.length >= atMost) return { rows, left };
  }
}
