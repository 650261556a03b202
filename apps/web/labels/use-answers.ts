import type { ArtifactRef } from '@graft/graph';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api } from '../api/client.ts';
import { refusalOf } from '../api/problem.ts';
import { answersToLabel, type AnswerToLabel } from './answers-to-label.ts';
import { useInputs, type LabelParams } from './labelled-node.ts';

/** Rows of a page, and those that are labelled here at most: more would not be read by anybody. */
const pageSize = 5_000;
const mostRows = 20_000;

async function rowsOf(artifact: ArtifactRef, signal: AbortSignal): Promise<readonly unknown[]> {
  const rows: unknown[] = [];
  for (;;) {
    const page = { artifact, offset: rows.length, limit: pageSize };
    const found = await api.artifacts.page.query(page, { signal });
    rows.push(...found.rows);
    if (found.rows.length === 0 || rows.length >= Math.min(found.total, mostRows)) return rows;
  }
}

/** What there is to label at a node. */
export interface AnswersAt {
  /** Undefined: they are being read, or there are none. */
  readonly answers: readonly AnswerToLabel[] | undefined;
  /** Why there are none. */
  readonly absent: string | undefined;
}

/** The answers that come into a node, with what is said of them. */
export function useAnswers(path: string, rule: LabelParams): AnswersAt {
  const [artifact, ...others] = useInputs(path, 'answers');
  const verdicts = useInputs(path, 'verdicts');
  const needed = artifact === undefined ? [] : [artifact, ...verdicts];
  const { data, error } = useQuery({
    queryKey: ['answers-to-label', ...needed.map(({ digest }) => digest)],
    enabled: artifact !== undefined && others.length === 0,
    // Artifacts never change.
    staleTime: Infinity,
    queryFn: ({ signal }) => Promise.all(needed.map((one) => rowsOf(one, signal))),
  });
  const answers = useMemo(() => {
    if (data === undefined) return undefined;
    const [rows = [], ...metrics] = data;
    return answersToLabel(rows, metrics, rule);
  }, [data, rule]);
  return { answers, absent: absence(artifact, error) };
}

function absence(artifact: ArtifactRef | undefined, error: Error | null): string | undefined {
  if (artifact === undefined) {
    return 'There are no answers yet. Run the graph, then label what it answered.';
  }
  return error === null ? undefined : refusalOf(error);
}
