import type { Hit, MetricRow, QuestionHits } from '@graft/graph';
import { answerRow } from '../kit/evaluation/question-rows.ts';
import type { Grade } from './grades.ts';

/**
 * How right it was to keep these hits of a row. By the documents that hold the answer: `precision` is the share of what
 * was kept that is from one of them, `recall` the share of what was retrieved of them that was kept, `falseAbstention`
 * whether nothing was left though one had been retrieved; of questions without an answer `rightAbstention` is whether
 * nothing was left. `unjudged` is the share that has no grade, where `grades` can lack.
 */
export function gradedMetrics(
  { id, question, hits }: QuestionHits,
  kept: readonly Hit[],
  grades: readonly Grade[] | undefined,
): MetricRow {
  const values: Record<string, number> = {};
  if (hits.length > 0) {
    values['keptShare'] = kept.length / hits.length;
    if (grades !== undefined) {
      values['unjudged'] = grades.filter((grade) => grade === undefined).length / hits.length;
    }
  }
  if (question.answerable === false) values['rightAbstention'] = kept.length === 0 ? 1 : 0;
  else if (question.documents !== undefined && question.documents.length > 0) {
    const holding = new Set(question.documents);
    const right = (all: readonly Hit[]): number =>
      all.filter(({ chunk }) => holding.has(chunk.source.path)).length;
    const [had, left] = [right(hits), right(kept)];
    if (kept.length > 0) values['precision'] = left / kept.length;
    if (had > 0) {
      values['recall'] = left / had;
      values['falseAbstention'] = kept.length === 0 ? 1 : 0;
    }
  }
  return answerRow(id, question, values);
}
