import {
  type Hit,
  implement,
  type MetricRow,
  type ParamsOf,
  type Question,
  type QuestionHits,
  type RowsInput,
} from '@graft/graph';
import { answerMetrics, summaryRow, answerRow } from '../kit/evaluation/question-rows.ts';
import { type Grade, gradesOf, noteOfGrades } from './grades.ts';
import { gradeHits, metricNames } from './node.ts';

export const run = implement(gradeHits, async (ctx, { hits, model }, params) => {
  const grades = await gradesOf(ctx, { hits, model }, params);
  const metrics: MetricRow[] = [];
  const lacking: Question[] = [];
  let dropped = 0;
  for await (const { row, kept, gone, own } of graded(hits, grades, params)) {
    metrics.push(gradedMetrics(row, kept, params.by === 'model' ? own : undefined));
    dropped += gone.length;
    if (kept.length === 0) lacking.push(row.question);
  }
  const total = grades.reduce((sum, { length }) => sum + length, 0);
  ctx.log(
    'info',
    `Kept ${total - dropped} of ${total} hits. ${lacking.length} of ${grades.length} questions have no hit left.`,
  );
  const note = noteOfGrades(grades, params);
  if (note !== undefined) ctx.log('warning', note);
  return {
    hits: rowsWith(graded(hits, grades, params), ({ kept }) => kept),
    dropped: rowsWith(graded(hits, grades, params), ({ gone }) => gone),
    lacking,
    metrics:
      metrics.length === 0 ? [summaryRow([], metricNames)] : answerMetrics(metrics, metricNames),
  };
});

interface Graded {
  readonly row: QuestionHits;
  readonly kept: readonly Hit[];
  readonly gone: readonly Hit[];
  /** Grades of all its hits. */
  readonly own: readonly Grade[];
}

/** Rows one by one, because they may exceed memory. */
async function* graded(
  hits: RowsInput<QuestionHits>,
  grades: readonly (readonly Grade[])[],
  { threshold, least }: ParamsOf<typeof gradeHits>,
): AsyncGenerator<Graded> {
  let at = 0;
  for await (const row of hits.rows()) {
    const own = grades[at] ?? [];
    at += 1;
    const best = own
      .map((grade = -1, place) => ({ grade, place }))
      .sort((a, b) => b.grade - a.grade || a.place - b.place)
      .slice(0, least);
    const stays = new Set(best.map(({ place }) => place));
    const marked = row.hits.map((hit, place) => {
      const grade = own[place];
      const { grade: _before, ...scores } = hit.scores;
      return {
        hit: {
          ...hit,
          before: hit.rank,
          scores: grade === undefined ? scores : { ...scores, grade },
        },
        keep: (grade ?? -1) >= threshold || stays.has(place),
      };
    });
    yield {
      ...{ row, own },
      kept: marked.filter(({ keep }) => keep).map(({ hit }, rank) => ({ ...hit, rank: rank + 1 })),
      gone: marked.filter(({ keep }) => !keep).map(({ hit }) => hit),
    };
  }
}

async function* rowsWith(
  rows: AsyncIterable<Graded>,
  of: (graded: Graded) => readonly Hit[],
): AsyncGenerator<QuestionHits> {
  for await (const graded of rows) {
    const hits = of(graded);
    if (hits.length > 0) yield { ...graded.row, hits: [...hits] };
  }
}

/**
 * Metrics of the kept hits of a row. By the documents that contain the answer: `precision` is the share of kept hits
 * from one of them, `recall` the share of such hits that were kept, `falseAbstention` whether nothing was kept although
 * such a hit was retrieved. For questions without an answer, `rightAbstention` is whether nothing was kept. `unjudged`
 * is the share without a grade, if `grades` may lack some.
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
