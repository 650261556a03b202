import {
  type Answer,
  implement,
  type Question,
  vectorSchema,
  withoutCitations,
} from '@graft/graph';
import { cosine } from '../kit/evaluation/numeric.ts';
import {
  answerMetrics,
  answerRow,
  logUnseen,
  noReference,
  questionsById,
} from '../kit/evaluation/question-rows.ts';
import { similarity } from './node.ts';

/** An answer without citations, and the text to compare it with; undefined: none. */
interface Pair {
  readonly answer: Answer;
  readonly question: Question;
  readonly texts: readonly [string, string] | undefined;
}

export const run = implement(similarity, async (ctx, { answers, questions }, { model }) => {
  const known = await questionsById(questions);
  const pairs: Pair[] = [];
  for await (const answer of answers.rows()) {
    const question = known?.get(answer.question.id) ?? answer.question;
    pairs.push({ answer, question, texts: textsOf(answer, question) });
  }
  const texts = pairs.flatMap((pair) => pair.texts ?? []).filter((text) => text !== '');
  if (texts.length === 0) {
    throw noReference({ node: ctx.node, port: known === undefined ? 'answers' : 'questions' });
  }
  const embedder = await ctx.backends.embedder(model);
  const vectors = await ctx.memo('sentence-vectors', vectorSchema, (sentences) =>
    embedder.embed(sentences, ctx.signal),
  );
  await vectors.fill(texts);
  const rows = [];
  for (const { answer, question, texts: both } of pairs) {
    ctx.signal.throwIfAborted();
    const values: Record<string, number> = {};
    if (both !== undefined) {
      const [given, wanted] = both;
      values['similarity'] =
        given === '' ? 0 : cosine(await vectors.get(given), await vectors.get(wanted));
    }
    rows.push(answerRow(answer.id, question, values));
  }
  logUnseen(ctx, known, {
    seen: new Set(pairs.map(({ question }) => question.id)),
    why: 'The question has no answer: retrieval or generation failed, or nobody asked it.',
  });
  return { metrics: answerMetrics(rows, ['similarity']) };
});

function textsOf(answer: Answer, { reference = '', answerable }: Question): Pair['texts'] {
  const wanted = reference.trim();
  return answerable === false || wanted === ''
    ? undefined
    : [withoutCitations(answer.text).trim(), wanted];
}
