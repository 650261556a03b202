import { answerVerdict, GraphError, implement, type Answer, type MetricRow } from '@graft/graph';
import { scoreAnswers } from './node.ts';
import { wordOverlap } from './word-overlap.ts';

export const run = implement(scoreAnswers, async (ctx, { answers }) => {
  const scored: MetricRow[] = [];
  const apart: MetricRow[] = [];
  for await (const answer of answers.rows()) {
    ctx.signal.throwIfAborted();
    const row = rowOf(answer);
    (row.series === 'questions' ? scored : apart).push(row);
  }
  if (scored.length === 0) {
    throw new GraphError(
      'bad-input',
      'No question carries a reference to compare its answer with. Give them in the questions’ file, in the field "reference".',
      { location: { node: ctx.node, port: 'answers' } },
    );
  }
  return { metrics: [summaryOf(scored, apart.length), ...scored, ...apart] };
});

function rowOf(answer: Answer): MetricRow {
  const { id, question, text } = answer;
  const of = { label: question.question, item: id, question: question.id };
  const verdict = answerVerdict(answer);
  if (verdict === 'no reference') return { series: 'no reference', ...of, values: {} };
  const values = {
    accuracy: verdict === 'right' ? 1 : 0,
    f1: wordOverlap(text, question.reference ?? ''),
  };
  return { series: 'questions', ...of, values };
}

function summaryOf(scored: readonly MetricRow[], without: number): MetricRow {
  const mean = (name: string): number =>
    scored.reduce((total, { values }) => total + (values[name] ?? 0), 0) / scored.length;
  const values = { accuracy: mean('accuracy'), f1: mean('f1'), questions: scored.length };
  return {
    series: 'summary',
    values: without === 0 ? values : { ...values, withoutReference: without },
  };
}
