import {
  implementItems,
  ItemFailure,
  type ParamsOf,
  type Question,
  type RunContext,
} from '@graft/graph';
import { askEach, tellTokens } from '../kit/asking/ask-model.ts';
import { rewriteQuestions } from './node.ts';
import { readPassage, readVariants } from './read-variants.ts';

type Params = ParamsOf<typeof rewriteQuestions>;

/** Distance between the seeds of two passages, far from seeds that people choose. */
const seedStep = 0x9e3779b9;

/** For each step, the questions without a readable reply. */
const unread = new WeakMap<RunContext, { questions: number; all: number }>();

export const run = implementItems(rewriteQuestions, {
  async runItems(
    ctx,
    batch,
    { model },
    params,
  ): Promise<readonly Promise<string[] | ItemFailure>[]> {
    const { method, variants, context, parallel, maxTokens, temperature, seed } = params;
    const asking = async (of: number): Promise<Promise<string | ItemFailure>[]> => {
      const asks = batch.map(({ id, question }) => ({
        ...{ id, system: '', prompt: promptOf(question, params) },
      }));
      const sampling = {
        ...{ maxTokens, temperature, seed: (seed + of * seedStep) % 2 ** 32 },
        ...{ topK: 40, topP: 0.95, minP: 0.05, repeatPenalty: 1.1, stop: [] },
      };
      const answers = await askEach(ctx, asks, { model, sampling, context, parallel });
      return answers.map(async (answering) => {
        const answer = await answering;
        return answer instanceof ItemFailure ? answer : answer.text;
      });
    };
    const rounds: Promise<string | ItemFailure>[][] = [];
    const times = method === 'hyde' ? variants : 1;
    for (let of = 0; of < times; of += 1) rounds.push(await asking(of));
    return batch.map(async ({ question }, at) => {
      const replies = await Promise.all(rounds.flatMap((round) => round[at] ?? []));
      const failed = replies.find((reply) => reply instanceof ItemFailure);
      if (failed !== undefined) return failed;
      const texts = replies.filter((reply) => typeof reply === 'string');
      if (method === 'multi-query') {
        return texts.flatMap((text) => readVariants(text, question, variants));
      }
      return [...new Set(texts.flatMap((text) => readPassage(text, question) ?? []))];
    });
  },
  *expand(question, variants) {
    const { variants: _before, ...rest } = question;
    yield variants.length === 0 ? rest : { ...rest, variants };
  },
  watch(ctx) {
    const counts = { questions: 0, all: 0 };
    unread.set(ctx, counts);
    return (_question: Question, { variants }: Question) => {
      counts.all += 1;
      if (variants === undefined) counts.questions += 1;
    };
  },
  finish(ctx) {
    tellTokens(ctx);
    const { questions = 0, all = 0 } = unread.get(ctx) ?? {};
    if (questions === 0) return;
    ctx.log(
      'warning',
      `Graft could parse no reply for ${questions} of ${all} questions, so they have no variants. Try a larger model or another prompt.`,
    );
  },
});

function promptOf(question: string, params: Params): string {
  const { method, variants } = params;
  const template = method === 'hyde' ? params.hydePrompt : params.multiQueryPrompt;
  return template.replace(/\{(question|variants)\}/g, (_, name) =>
    name === 'question' ? question : String(variants),
  );
}
