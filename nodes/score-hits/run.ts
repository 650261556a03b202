import {
  GraphError,
  implement,
  type MetricRow,
  type Question,
  type QuestionHits,
} from '@graft/graph';
import { askedIn, logUnseen, questionsById, summaryRow } from '../kit/evaluation/question-rows.ts';
import { metricsAt, scoreHits } from './node.ts';
import { scoreQuestion } from './score-question.ts';

export const run = implement(scoreHits, async (ctx, { hits, questions }, { k }) => {
  const references = await questionsById(questions);
  const scored: MetricRow[] = [];
  const apart: MetricRow[] = [];
  const seen = new Set<string>();
  let short = 0;
  for await (const row of hits.rows()) {
    ctx.signal.throwIfAborted();
    seen.add(row.question.id);
    const known = references?.get(row.question.id) ?? row.question;
    const scores = scoresOf(row, known, k);
    (scores.series === 'questions' ? scored : apart).push(scores);
    if (scores.series === 'questions' && row.hits.length < k) short += 1;
  }
  if (scored.length === 0) {
    throw new GraphError(
      'bad-input',
      'No question names the documents that hold its answer. Add them to the questions’ file, in the field "documents".',
      { location: { node: ctx.node, port: questions === undefined ? 'hits' : 'questions' } },
    );
  }
  logUnseen(ctx, references, {
    seen,
    why: 'The question has no hits: its retrieval failed, or nobody searched for it.',
  });
  if (short > 0) {
    ctx.log(
      'warning',
      `${short} of ${scored.length} questions have fewer than ${k} hits. Raise Top k of Retrieve.`,
    );
  }
  const rows = [...scored, ...apart];
  return { metrics: [summaryRow(rows, metricsAt(k)), ...rows] };
});

/** For a question without known documents, only the score of its best hit. */
function scoresOf(
  row: QuestionHits,
  { documents, answerable, group }: Question,
  k: number,
): MetricRow {
  const { id, question, hits } = row;
  const of = { item: id, ...askedIn({ ...question, ...(group === undefined ? {} : { group }) }) };
  if (documents === undefined || documents.length === 0 || answerable === false) {
    const series =
      answerable === false || documents !== undefined ? 'unanswerable' : 'no reference';
    const [best] = hits;
    return { series, ...of, values: best === undefined ? {} : { bestScore: best.score } };
  }
  const scores = scoreQuestion(hits, documents, k);
  const values = {
    ...{ [`recall@${k}`]: scores.recall, mrr: scores.reciprocalRank },
    ...{ [`ndcg@${k}`]: scores.ndcg, map: scores.averagePrecision },
    [`contextPrecision@${k}`]: scores.contextPrecision,
  };
  return { series: 'questions', ...of, values };
}
