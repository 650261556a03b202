import { implement, type Judgement, type RunContext } from '@graft/graph';
import { tooSmall } from '../kit/asking/ask-model.ts';
import { askedMetrics } from '../kit/evaluation/definition.ts';
import { answerMetrics, answerRow } from '../kit/evaluation/question-rows.ts';
import { JudgeModel } from './ask-judge.ts';
import { judgeAnswers, type JudgeTask } from './judge-answers.ts';
import { judgedAnswers, logLacking } from './judged-answers.ts';
import { judge, metricNames, reliabilityNames } from './node.ts';
import { logReplies, Tally } from './tally.ts';

export const run = implement(judge, async (ctx, inputs, params) => {
  const asked = askedMetrics(params.metrics, metricNames);
  const judged = await judgedAnswers(ctx, inputs);
  logLacking(ctx, judged, { asked, named: params.metrics.length > 0 });
  const small = tooSmall(ctx, inputs.model.info);
  if (small !== undefined) {
    ctx.log(
      'warning',
      `"${inputs.model.info.id}" is ${small}. Below a billion parameters, a model cannot judge: its yes and no are chance. Connect a larger model; use this one only to try out the graph.`,
    );
  }
  const model = new JudgeModel(ctx, inputs.model, params);
  const task = { judged, asked, params, model };
  const tallies = new Map(judged.map((answer) => [answer, new Tally()]));
  let done = 0;
  const report = (): void => {
    const message = `${model.replies} replies`;
    ctx.progress({ done, total: judged.length, unit: 'answers', message });
  };
  for await (const { of, judgements } of judgeAnswers(ctx, task, report)) {
    for (const judgement of judgements) tallies.get(of)?.add(judgement);
    done += 1;
    report();
  }
  ctx.log('info', `${model.replies} replies, ${model.replies - model.written} of them reused.`);
  model.tellTokens();
  logReplies(ctx, [...tallies.values()]);
  const scored = [...tallies].map(([{ answer, question }, tally]) =>
    answerRow(answer.id, question, tally.values()),
  );
  const rows = answerMetrics(scored, [...asked, ...reliabilityNames(params)]);
  return {
    metrics: rows.map((row) =>
      row.series === 'summary' && small !== undefined
        ? { ...row, label: `by ${small}, which cannot judge` }
        : row,
    ),
    judgements: judgementRows(ctx, task),
  };
});

/** Recreated from cached replies, so that memory need not hold their texts. */
async function* judgementRows(ctx: RunContext, task: JudgeTask): AsyncGenerator<Judgement> {
  for await (const { judgements } of judgeAnswers(ctx, task, () => undefined)) yield* judgements;
}
