import { type Answer, implement, type MetricRow, type Prompt, type Question } from '@graft/graph';
import { answerMetrics, answerRow, summaryRow } from '../kit/evaluation/question-rows.ts';
import { metricNames, reflect } from './node.ts';
import { type Judged, standings } from './standings.ts';

export const run = implement(reflect, async (ctx, inputs, params) => {
  const prompts = new Map<string, Prompt>();
  for await (const prompt of inputs.prompts.rows()) prompts.set(prompt.id, prompt);
  const judged: Judged[] = [];
  for await (const answer of inputs.answers.rows()) {
    const prompt = prompts.get(answer.id);
    if (prompt === undefined) {
      ctx.log('warning', 'No prompt of this answer arrives, so nothing supports it.', answer.id);
    }
    const passages =
      prompt?.passages.map(({ start, end, source: { title } }) => ({
        title,
        text: prompt.text.slice(start, end),
      })) ?? [];
    judged.push({ answer, passages });
  }
  // A Map keeps the place of a key that is set again.
  const answers = new Map<string, Answer>();
  for await (const answer of inputs.before?.rows() ?? []) answers.set(answer.id, answer);
  const open: Question[] = [];
  const rows: MetricRow[] = [];
  const all = await standings(ctx, { judged, model: inputs.model }, params);
  for (const { answer, tokens, ...found } of all) {
    const { supported, useful } = found;
    const isJudged = supported !== undefined && useful !== undefined;
    const stands = isJudged && supported >= params.supported && useful >= params.useful;
    const before = answers.get(answer.id);
    const spent: Answer = {
      ...answer,
      promptTokens: answer.promptTokens + tokens + (before?.promptTokens ?? 0),
      completionTokens: answer.completionTokens + (before?.completionTokens ?? 0),
    };
    if (!stands) open.push(answer.question);
    answers.set(
      answer.id,
      stands ? spent : { ...spent, text: params.unknown, citations: [], finishReason: 'stop' },
    );
    rows.push(
      answerRow(answer.id, answer.question, {
        ...{ answered: stands ? 1 : 0, ...found },
        ...(params.by === 'model' ? { unjudged: isJudged ? 0 : 1 } : {}),
      }),
    );
  }
  ctx.log('info', `${judged.length - open.length} of ${judged.length} answers stand.`);
  return {
    answers: answers.values(),
    open,
    metrics: rows.length === 0 ? [summaryRow([], metricNames)] : answerMetrics(rows, metricNames),
  };
});
