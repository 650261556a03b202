import {
  GraphError,
  implement,
  type Location,
  metricInSentence,
  type MetricRow,
  metricWords,
  type RunContext,
  plural,
} from '@graft/graph';
import { askedMetrics } from '../kit/evaluation/definition.ts';
import {
  answerMetrics,
  answerRow,
  logUnseen,
  noReference,
  questionsById,
} from '../kit/evaluation/question-rows.ts';
import { answerMetric, compared } from './answer-metrics.ts';
import { evaluate, type MetricName, metricNames } from './node.ts';

export const run = implement(evaluate, async (ctx, { answers, questions }, params) => {
  const asked = askedMetrics(params.metrics, metricNames);
  const known = await questionsById(questions);
  const seen = new Set<string>();
  const rows: MetricRow[] = [];
  for await (const answer of answers.rows()) {
    ctx.signal.throwIfAborted();
    const question = known?.get(answer.question.id) ?? answer.question;
    seen.add(question.id);
    const answered = compared(answer, question, params);
    const values = asked.flatMap((name) => {
      const value = answerMetric[name].of(answered);
      return value === undefined ? [] : [[name, value] as const];
    });
    rows.push(answerRow(answer.id, question, Object.fromEntries(values)));
  }
  refuseMissing(rows, params.metrics, {
    node: ctx.node,
    port: known === undefined ? 'answers' : 'questions',
  });
  logUnseen(ctx, known, {
    seen,
    why: 'The question has no answer: retrieval or generation failed, or nobody asked it.',
  });
  logLeftOut(ctx, rows, asked);
  return { metrics: answerMetrics(rows, asked) };
});

/** Throws `bad-input` for a `named` metric that no row has; without named ones, if nothing measures the answers. */
function refuseMissing(
  rows: readonly MetricRow[],
  named: readonly MetricName[],
  location: Location,
): void {
  const refuse = (message: string): never => {
    throw new GraphError('bad-input', message, { location });
  };
  if (rows.length === 0) refuse('No answers arrived. Connect the answers of a Generate node.');
  const has = (name: string): boolean => rows.some(({ values }) => values[name] !== undefined);
  for (const name of named) {
    if (has(name)) continue;
    refuse(
      `The metric ${name} needs ${answerMetric[name].needs ?? ''}, which no question has (${plural(rows.length, 'question')}). Add it to the questions’ file, or remove the metric.`,
    );
  }
  if (named.length === 0 && !metricNames.some((name) => answerMetric[name].needs && has(name))) {
    throw noReference(location);
  }
}

/** Warns how many questions lack a field that others have, and which metrics omit them. */
function logLeftOut(
  ctx: RunContext,
  rows: readonly MetricRow[],
  asked: readonly MetricName[],
): void {
  const answerable = rows.filter(({ series }) => series !== 'unanswerable');
  const leftOut = new Map<string, MetricName[]>();
  for (const name of asked) {
    const without = answerable.filter(({ values }) => values[name] === undefined).length;
    const { needs } = answerMetric[name];
    if (needs === undefined || without === 0 || without === answerable.length) continue;
    const what = `${without} of ${rows.length} questions lack ${needs}`;
    leftOut.set(what, [...(leftOut.get(what) ?? []), name]);
  }
  for (const [what, names] of leftOut) {
    ctx.log(
      'warning',
      `${what} and do not count in the mean of ${names.map((name) => metricInSentence(metricWords(name))).join(', ')}.`,
    );
  }
}
