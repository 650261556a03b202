import type { QuestionHits } from '@graft/graph';

/** The share of the documents that hold the answer that are among the first `k` hits, averaged over the answerable questions. */
export function recallAt(k: number, rows: readonly QuestionHits[]): number {
  return mean(
    answerable(rows).map(({ question, hits }) => {
      const found = new Set(hits.slice(0, k).map(({ chunk }) => chunk.source.path));
      const wanted = question.documents ?? [];
      return wanted.filter((document) => found.has(document)).length / wanted.length;
    }),
  );
}

/** Mean reciprocal rank of the first hit from a document that holds the answer. */
export function meanReciprocalRank(rows: readonly QuestionHits[]): number {
  return mean(
    answerable(rows).map(({ question, hits }) => {
      const first = hits.find(({ chunk }) => question.documents?.includes(chunk.source.path));
      return first === undefined ? 0 : 1 / first.rank;
    }),
  );
}

export function answerable(rows: readonly QuestionHits[]): readonly QuestionHits[] {
  return rows.filter(({ question }) => (question.documents?.length ?? 0) > 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
