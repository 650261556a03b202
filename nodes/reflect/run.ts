import {
  type Answer,
  implement,
  type Judgement,
  type MetricRow,
  type Prompt,
  type Question,
} from '@graft/graph';
import { answerMetrics, answerRow, summaryRow } from '../kit/evaluation/question-rows.ts';
import { metricNames, reflect } from './node.ts';
import { type Judged, standings } from './standings.ts';
import { standsBy, verdictOf } from './verdict.ts';

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
  // A Map keeps the position of a key that is set again.
  const answers = new Map<string, Answer>();
  for await (const answer of inputs.before?.rows() ?? []) answers.set(answer.id, answer);
  const open: Question[] = [];
  const rows: MetricRow[] = [];
  const verdicts: Judgement[] = [];
  const all = await standings(ctx, { judged, model: inputs.model }, params);
  for (const found of all) {
    const { answer, tokens, supported, useful } = found;
    const stands = standsBy(found, params);
    const before = answers.get(answer.id);
    const spent: Answer = {
      ...answer,
      promptTokens: answer.promptTokens + tokens + (before?.promptTokens ?? 0),
      completionTokens: answer.completionTokens + (before?.completionTokens ?? 0),
    };
    if (stands !== true) open.push(answer.question);
    verdicts.push(verdictOf(found, params));
    answers.set(
      answer.id,
      stands === true
        ? spent
        : { ...spent, text: params.unknown, citations: [], finishReason: 'stop' },
    );
    rows.push(
      answerRow(answer.id, answer.question, {
        answered: stands === true ? 1 : 0,
        ...(supported === undefined ? {} : { supported }),
        ...(useful === undefined ? {} : { useful }),
        ...(params.by === 'model' ? { unjudged: stands === undefined ? 1 : 0 } : {}),
      }),
    );
  }
  ctx.log('info', `${judged.length - open.length} of ${judged.length} answers passed the checks.`);
  return {
    answers: answers.values(),
    open,
    verdicts,
    metrics: rows.length === 0 ? [summaryRow([], metricNames)] : answerMetrics(rows, metricNames),
  };
});
