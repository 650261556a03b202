import {
  type Answer,
  GraphError,
  type InputsOf,
  ItemFailure,
  type ParamsOf,
  type RunContext,
  withoutCitations,
} from '@graft/graph';
import { fillPrompt } from '../kit/asking/ask-model.ts';
import {
  type Leaning,
  leanings,
  tellLeanings,
  tellUnasked,
  type YesOrNo,
} from '../kit/asking/yes-or-no.ts';
import { type Read, type Standing, standingByWords, whyNoAnswer } from './by-words.ts';
import type { reflect } from './node.ts';

/** An answer with its passages. */
export interface Judged {
  readonly answer: Answer;
  readonly passages: readonly Read[];
}

/** Absent if it could not be judged. */
export interface Found extends Partial<Standing> {
  readonly answer: Answer;
  /** Tokens read to judge it. */
  readonly tokens: number;
  /** Why the model could not be asked, as a sentence. */
  readonly unasked?: string;
}

/** How well each answer stands, in order. Throws `missing-input` if a model must judge and none is connected. */
export async function standings(
  ctx: RunContext,
  {
    judged,
    model,
  }: { readonly judged: readonly Judged[] } & Pick<InputsOf<typeof reflect>, 'model'>,
  params: ParamsOf<typeof reflect>,
): Promise<Found[]> {
  if (params.by === 'words') {
    return judged.map(({ answer, passages }) => ({
      ...{ answer, ...standingByWords(answer, passages) },
      tokens: 0,
    }));
  }
  if (model === undefined) {
    throw new GraphError(
      'missing-input',
      'Connect a Base model to judge with, or judge by words.',
      {
        location: { node: ctx.node, port: 'model' },
      },
    );
  }
  // An empty answer, or an abstention, needs no judge.
  const unneeded = judged.map(
    ({ answer, passages }) =>
      whyNoAnswer(answer) ?? (passages.length > 0 ? undefined : 'No passage came with it.'),
  );
  const asked = judged.filter((_, at) => unneeded[at] === undefined);
  const ask = async (
    prompt: string,
    threshold: number,
  ): Promise<readonly (Leaning | ItemFailure)[]> => {
    if (threshold === 0) return [];
    const asks = asked.map(({ answer, passages }): YesOrNo => {
      const values = {
        question: answer.question.question,
        answer: withoutCitations(answer.text).trim(),
        passages: passages.map((passage) => passage.text).join('\n\n'),
      };
      return {
        about: `the answer "${answer.id}"`,
        ...{ system: '', prompt: fillPrompt(prompt, values) },
      };
    });
    const found = await leanings(ctx, asks, { model, ...params });
    tellLeanings(ctx, found);
    return found;
  };
  const supported = await ask(params.supportedPrompt, params.supported);
  const useful = await ask(params.usefulPrompt, params.useful);
  tellUnasked(
    ctx,
    asked.map((_, at) =>
      [supported[at], useful[at]].find((result) => result instanceof ItemFailure),
    ),
    { what: 'answers', then: 'count as failed' },
  );
  let next = 0;
  return judged.map(({ answer }, at): Found => {
    const because = unneeded[at];
    if (because !== undefined) return { answer, supported: 0, useful: 0, because, tokens: 0 };
    const [support, use] = [supported[next], useful[next]];
    next += 1;
    const [supporting, using] = [leaningOf(support), leaningOf(use)];
    const failure = [support, use].find((result) => result instanceof ItemFailure);
    return {
      answer,
      ...(failure === undefined ? {} : { unasked: failure.message }),
      ...(supporting === undefined ? {} : { supported: supporting.yes }),
      ...(using === undefined ? {} : { useful: using.yes }),
      tokens: (supporting?.tokens ?? 0) + (using?.tokens ?? 0),
    };
  });
}

/** A criterion that is not asked holds; undefined if it could not be asked. */
function leaningOf(
  leaning: Leaning | ItemFailure | undefined,
): Pick<Leaning, 'yes' | 'tokens'> | undefined {
  if (leaning === undefined) return { yes: 1, tokens: 0 };
  return leaning instanceof ItemFailure ? undefined : leaning;
}
