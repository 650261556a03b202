import {
  GraphError,
  type InputsOf,
  ItemFailure,
  type ParamsOf,
  type Question,
  type QuestionHits,
  type RowsInput,
  type RunContext,
} from '@graft/graph';
import { type Draft, drafts } from '../kit/asking/drafts.ts';
import { fillPrompt } from '../kit/asking/ask-model.ts';
import { leanings, tellLeanings, tellUnasked } from '../kit/asking/yes-or-no.ts';
import { greatest } from '../kit/evaluation/numeric.ts';
import type { route } from './node.ts';

type Params = ParamsOf<typeof route>;
type Given = Pick<InputsOf<typeof route>, 'hits' | 'model'> & {
  readonly questions: readonly Question[];
};

/** Confidence that a question needs no passages, and its cost. */
export interface Confidence {
  /** From 0 to 1; absent: the model could not be asked. */
  readonly confidence?: number;
  /** With a model: 1 if it could not be asked, else 0. */
  readonly unjudged?: number;
  readonly promptTokens?: number;
  readonly completionTokens?: number;
}

/** In the order of the questions. Throws `missing-input` if the chosen evidence is not connected. */
export async function confidences(
  ctx: RunContext,
  { questions, hits, model }: Given,
  params: Params,
): Promise<Confidence[]> {
  if (params.by === 'rule') {
    return questions.map(({ question }) => ({
      confidence: hasPhrase(question, params.alone) ? 1 : 0,
    }));
  }
  const missing = (port: string): GraphError =>
    new GraphError(
      'missing-input',
      `Connect the ${port} to decide by, or set “Route by” to rule.`,
      {
        location: { node: ctx.node, port },
      },
    );
  if (params.by === 'cosine') {
    if (hits === undefined) throw missing('hits');
    const near = await nearest(ctx, hits);
    return questions.map(({ id }) => ({ confidence: 1 - (near.get(id) ?? 0) }));
  }
  if (model === undefined) throw missing('model');
  const asked = { model, ...params };
  if (params.by === 'asked') {
    const asks = questions.map(({ id, question }) => ({
      about: `the question "${id}"`,
      ...{ system: '', prompt: fillPrompt(params.prompt, { question }) },
    }));
    const all = await leanings(ctx, asks, asked);
    tellLeanings(ctx, all);
    return judged(ctx, all, ({ yes, tokens }) => ({ confidence: yes, promptTokens: tokens }));
  }
  const asks = questions.map(({ id, question }) => ({
    ...{ id, system: params.system, prompt: question },
  }));
  const all = await drafts(ctx, asks, asked);
  return judged(ctx, all, ({ meanLogProbability, ...tokens }: Draft) => ({
    ...{ confidence: Math.exp(meanLogProbability), ...tokens },
  }));
}

/** Confidences from a model's replies; some may have failed. */
function judged<Reply>(
  ctx: RunContext,
  all: readonly (Reply | ItemFailure)[],
  confidenceOf: (reply: Reply) => Confidence,
): Confidence[] {
  tellUnasked(ctx, all, { what: 'questions', then: 'go to retrieval' });
  return all.map((reply) =>
    reply instanceof ItemFailure ? { unjudged: 1 } : { ...confidenceOf(reply), unjudged: 0 },
  );
}

/** The greatest cosine among the hits of each question; 0 if there are none. */
async function nearest(
  ctx: RunContext,
  hits: RowsInput<QuestionHits>,
): Promise<ReadonlyMap<string, number>> {
  const near = new Map<string, number>();
  for await (const { question, hits: own } of hits.rows()) {
    const cosines = own.flatMap(({ scores: { dense } }) => dense ?? []);
    if (own.length > 0 && cosines.length === 0) {
      throw new GraphError(
        'bad-input',
        `The hits of ${question.id} have no cosine, because only the word search found them. Set the mode of Retrieve to dense or hybrid.`,
        { location: { node: ctx.node, port: 'hits' } },
      );
    }
    near.set(question.id, Math.min(1, Math.max(0, greatest(cosines))));
  }
  return near;
}

/** The words of a text, in lower case, each between blanks. */
function words(text: string): string {
  const plain =
    text
      .toLowerCase()
      .normalize('NFKC')
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return ` ${plain.join(' ')} `;
}

/** Whether a text contains one of the phrases, word by word, ignoring capitals and punctuation. */
export function hasPhrase(text: string, phrases: readonly string[]): boolean {
  const own = words(text);
  return phrases.some((phrase) => {
    const sought = words(phrase);
    return sought.trim() !== '' && own.includes(sought);
  });
}
