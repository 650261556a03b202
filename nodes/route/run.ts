import { implement, type MetricRow, type Question } from '@graft/graph';
import { answerMetrics, answerRow, summaryRow } from '../kit/evaluation/question-rows.ts';
import { confidences, hasPhrase } from './confidences.ts';
import { metricNames, route } from './node.ts';

export const run = implement(route, async (ctx, { questions, hits, model }, params) => {
  const ways = { alone: [] as Question[], retrieve: [] as Question[], lookup: [] as Question[] };
  const others: Question[] = [];
  const rows = new Map<string, MetricRow>();
  const row = (question: Question, values: MetricRow['values']): void => {
    rows.set(question.id, answerRow(question.id, question, { alone: 0, lookup: 0, ...values }));
  };
  for await (const question of questions.rows()) {
    if (!hasPhrase(question.question, params.lookup)) {
      others.push(question);
      continue;
    }
    ways.lookup.push(question);
    row(question, { lookup: 1 });
  }
  const found = await confidences(ctx, { questions: others, hits, model }, params);
  for (const [at, question] of others.entries()) {
    const values = found[at] ?? {};
    const isAlone = values.confidence !== undefined && values.confidence >= params.threshold;
    ways[isAlone ? 'alone' : 'retrieve'].push(question);
    row(question, { alone: isAlone ? 1 : 0, ...values });
  }
  ctx.log(
    'info',
    `Alone: ${ways.alone.length}. Retrieve: ${ways.retrieve.length}. Look up: ${ways.lookup.length}.`,
  );
  const all = [...rows.values()];
  return {
    ...ways,
    metrics: all.length === 0 ? [summaryRow([], metricNames)] : answerMetrics(all, metricNames),
  };
});
