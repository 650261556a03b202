import {
  type Embedder,
  type ItemMemo,
  type Judgement,
  type ParamsOf,
  type RunContext,
  vectorSchema,
} from '@graft/graph';
import { cosine } from '../kit/evaluation/numeric.ts';
import { type JudgeModel, inRounds } from './ask-judge.ts';
import { isAbout, type Judged, judgeMetric, type Judging, lacking } from './judge-metrics.ts';
import type { judge, MetricName } from './node.ts';
import { answerRelevancy, majority } from './verdict-scores.ts';

/** Answers judged together: few, because memory holds their texts. */
const groupSize = 8;

export interface JudgeTask {
  readonly judged: readonly Judged[];
  readonly asked: readonly MetricName[];
  readonly params: ParamsOf<typeof judge>;
  readonly model: JudgeModel;
}

/** Judges answer after answer; calls `replied` for each reply. */
export async function* judgeAnswers(
  ctx: RunContext,
  { judged, asked, params, model }: JudgeTask,
  replied: () => void,
): AsyncGenerator<{ readonly of: Judged; readonly judgements: readonly Judgement[] }> {
  const vectors = await sentenceVectors(ctx, params.embedder);
  for (let at = 0; at < judged.length; at += groupSize) {
    const group = judged.slice(at, at + groupSize);
    const tasks = group.flatMap((of) =>
      asked
        .filter((name) => isAbout(name, of) && lacking(name, of).length === 0)
        .map((name) => ({ of, name })),
    );
    const judgings = await inRounds(
      tasks.map(({ of, name }) => judgeMetric[name].judge(of, params)),
      (batch) => model.ask(batch, replied),
    );
    const done = judgings.flatMap((judging, task) => {
      const { of, name } = tasks[task] ?? {};
      return of === undefined || name === undefined ? [] : [{ of, name, judging }];
    });
    await vectors.fill(
      done.flatMap(({ of, judging: { made, things } }) =>
        made === true && things.length > 0 ? [of.question.question, ...things] : [],
      ),
    );
    for (const of of group) {
      const judgements: Judgement[] = [];
      for (const { of: other, name, judging } of done) {
        if (other === of) judgements.push(await judgementOf(of, name, { judging, vectors }));
      }
      yield { of, judgements };
    }
  }
}

async function judgementOf(
  { answer, text, question }: Judged,
  metric: MetricName,
  {
    judging: { made, value, things, votes, exchanges },
    vectors,
  }: { readonly judging: Judging; readonly vectors: ItemMemo<Float32Array> },
): Promise<Judgement> {
  const findings: Judgement['findings'] = [];
  for (const [at, thing] of things.entries()) {
    const said = [...(votes[at] ?? [])];
    const verdict = majority(said);
    findings.push({
      ...{ text: thing, said },
      ...(verdict === undefined ? {} : { verdict }),
      ...(made === true
        ? { similarity: cosine(await vectors.get(thing), await vectors.get(question.question)) }
        : {}),
    });
  }
  const score =
    made === true
      ? answerRelevancy(
          findings.map(({ similarity = 0, verdict }) => ({
            similarity,
            noncommittal: verdict === false,
          })),
        )
      : value;
  const { id, question: words, reference } = question;
  return {
    ...{ id: `${answer.id}/${metric}`, item: answer.id, answer: text, metric },
    question: { id, question: words, ...(reference === undefined ? {} : { reference }) },
    ...(score === undefined ? {} : { value: score }),
    ...{ findings, exchanges: [...exchanges] },
  };
}

/** Vectors of texts; loads the embedder only if one is missing. */
function sentenceVectors(ctx: RunContext, id: string): Promise<ItemMemo<Float32Array>> {
  let loading: Promise<Embedder> | undefined;
  return ctx.memo('sentence-vectors', vectorSchema, async (texts) => {
    const embedder = await (loading ??= ctx.backends.embedder(id));
    return embedder.embed(texts, ctx.signal);
  });
}
