import {
  GraphError,
  implement,
  type MetricRow,
  type Question,
  type QuestionHits,
  type RowsInput,
} from '@graft/graph';
import { scoreHits } from './node.ts';
import { scoreQuestion } from './score-question.ts';

export const run = implement(scoreHits, async (ctx, { hits, questions }, { k }) => {
  const references = await referencesOf(questions);
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
      'No question names the documents that hold its answer. Give them in the questions’ file, in the field "documents".',
      { location: { node: ctx.node, port: questions === undefined ? 'hits' : 'questions' } },
    );
  }
  const without = [...(references?.keys() ?? [])].filter((id) => !seen.has(id));
  for (const id of without) {
    ctx.log('warning', 'It has no hits: its retrieval failed, or it was not searched for.', id);
  }
  if (short > 0) {
    ctx.log(
      'warning',
      `${short} of ${scored.length} questions have fewer than ${k} hits. Raise the k of the node that retrieves.`,
    );
  }
  return { metrics: [summaryOf(scored, apart), ...scored, ...apart] };
});

async function referencesOf(
  questions: RowsInput<Question> | undefined,
): Promise<ReadonlyMap<string, Question> | undefined> {
  if (questions === undefined) return undefined;
  const references = new Map<string, Question>();
  for await (const question of questions.rows()) references.set(question.id, question);
  return references;
}

/** Of a question that nothing can be said of, only the score of its best hit. */
function scoresOf(row: QuestionHits, { documents, answerable }: Question, k: number): MetricRow {
  const { id, question, hits } = row;
  const of = { label: question.question, item: id, question: question.id };
  if (documents === undefined || documents.length === 0 || answerable === false) {
    const series =
      answerable === false || documents !== undefined ? 'unanswerable' : 'no reference';
    const [best] = hits;
    return { series, ...of, values: best === undefined ? {} : { bestScore: best.score } };
  }
  const { recall, reciprocalRank, ndcg } = scoreQuestion(hits, documents, k);
  const values = { [`recall@${k}`]: recall, mrr: reciprocalRank, [`ndcg@${k}`]: ndcg };
  return { series: 'questions', ...of, values };
}

function summaryOf(scored: readonly MetricRow[], apart: readonly MetricRow[]): MetricRow {
  const names = Object.keys(scored[0]?.values ?? {});
  const means = names.map((name) => {
    const sum = scored.reduce((total, { values }) => total + (values[name] ?? 0), 0);
    return [name, sum / scored.length] as const;
  });
  const counted = (series: string): number => apart.filter((row) => row.series === series).length;
  const counts = [
    ['questions', scored.length],
    ['unanswerable', counted('unanswerable')],
    ['withoutReference', counted('no reference')],
  ] as const;
  const said = counts.filter(([name, count]) => name === 'questions' || count > 0);
  return { series: 'summary', values: Object.fromEntries([...means, ...said]) };
}
