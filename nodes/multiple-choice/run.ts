import {
  type Example,
  GraphError,
  implement,
  type Location,
  type MetricRow,
  modelSource,
  plural,
  type Prompt,
} from '@graft/graph';
import { askedIn, summaryRow } from '../kit/evaluation/question-rows.ts';
import { tokenizeExample } from '../kit/training/tokenize-examples.ts';
import { weightedAdapters } from '../kit/training/weighted-adapters.ts';
import { multipleChoice } from './node.ts';

/** A question with its trimmed choices. */
interface Asked {
  readonly prompt: Prompt;
  readonly choices: readonly string[];
  /** Index of the right choice. */
  readonly right: number;
}

export const run = implement(multipleChoice, async (ctx, inputs, params) => {
  const model = modelSource(inputs.model);
  const adapters = weightedAdapters(inputs.adapters, params.adapterWeights, {
    ...{ node: ctx.node, model: inputs.model.info },
  });
  const asked: Asked[] = [];
  let without = 0;
  for await (const prompt of inputs.prompts.rows()) {
    const question = askedOf(prompt, { node: ctx.node, port: 'prompts' });
    if (question === undefined) without += 1;
    else asked.push(question);
  }
  if (asked.length === 0) {
    throw new GraphError(
      'bad-input',
      'No question has choices. Add them to the questions’ file, in the field "choices", with the right one in "reference".',
      { location: { node: ctx.node, port: 'prompts' } },
    );
  }
  if (without > 0) {
    ctx.log('warning', `Skipped ${plural(without, 'question')} without choices or a reference.`);
  }
  const tokenizer = await ctx.backends.tokenizer(model);
  const { contextLength } = inputs.model.info;
  const examples = asked.flatMap(({ prompt, choices }) =>
    choices.map((choice) => {
      const example = tokenizeExample(tokenizer, exampleOf(prompt, choice, params.system));
      if (example.tokens.length <= contextLength) return example;
      throw new GraphError(
        'bad-input',
        `${prompt.id} has ${example.tokens.length} tokens with the choice "${choice}", but ${inputs.model.info.id} reads at most ${contextLength}. Inject fewer passages.`,
        { location: { node: ctx.node, port: 'prompts' } },
      );
    }),
  );
  const training = await ctx.backends.training();
  const sums = await training.evaluate(
    // Weight 0 adds nothing: the base answers alone, bit for bit.
    {
      ...{ model, device: ctx.device, examples },
      adapters: adapters.filter(({ weight }) => weight !== 0),
    },
    {
      signal: ctx.signal,
      progress: (progress) => ctx.progress(progress),
      lease: (bytes) => ctx.lease(bytes),
    },
  );
  let at = 0;
  const rows = asked.map(({ prompt, choices, right }): MetricRow => {
    const scored = choices.map((text) => ({ text, logLikelihood: -(sums[at++]?.loss ?? 0) }));
    if (scored.some(({ logLikelihood }) => !Number.isFinite(logLikelihood))) {
      throw new GraphError(
        'bad-model',
        `The model’s probabilities for the choices of ${prompt.id} are not finite. Its weights, or those of an adapter, are damaged or far too large.`,
        { location: { node: ctx.node, port: 'model' } },
      );
    }
    const values = { ...scoreChoices(scored, right) };
    return { series: 'questions', item: prompt.id, ...askedIn(prompt.question), values };
  });
  const names = multipleChoice.metrics?.(params) ?? [];
  return { metrics: [summaryRow(rows, names), ...rows] };
});

/** Undefined without choices or a right one. Throws `bad-input` for invalid choices. */
function askedOf(prompt: Prompt, location: Location): Asked | undefined {
  const { question } = prompt;
  const choices = (question.choices ?? []).map((choice) => choice.trim());
  const reference = question.reference?.trim() ?? '';
  if (choices.length === 0 || reference === '') return undefined;
  const refuse = (what: string): never => {
    throw new GraphError('bad-input', `${question.id}: ${what}`, { location });
  };
  if (choices.length < 2) refuse('There is only one choice. Add another.');
  if (choices.includes('')) refuse('A choice is empty.');
  if (new Set(choices).size < choices.length) refuse('Two choices are the same.');
  const right = choices.indexOf(reference);
  if (right === -1) refuse(`The reference "${reference}" is not among the choices.`);
  return { prompt, choices, right };
}

/** A chat in which the model gives the choice; the loss counts only the choice, with the token that ends it. */
function exampleOf({ id, text }: Prompt, choice: string, system: string): Example {
  const instructions: Example['turns'] =
    system === '' ? [] : [{ role: 'system', content: system, trained: false }];
  return {
    ...{ id, path: 'prompts', row: 1, split: 'eval', kind: 'chat' },
    turns: [
      ...instructions,
      { role: 'user', content: text, trained: false },
      { role: 'assistant', content: choice, trained: true },
    ],
  };
}

/** Metrics of one question, from the log-likelihoods of its choices. */
export interface ChoiceScores {
  /** 1 if the right choice is the likeliest, else 0. */
  readonly accuracy: number;
  /** The same by log-likelihood per character, so that long choices are not at a disadvantage. */
  readonly normalizedAccuracy: number;
  /** Share of the right choice in the likelihood of all. */
  readonly choiceProbability: number;
}

/**
 * Scores a question with at least two choices, of which the one at `right` is right. Of equally likely ones the first
 * counts, as in EleutherAI's evaluation harness.
 */
export function scoreChoices(
  choices: readonly { readonly text: string; readonly logLikelihood: number }[],
  right: number,
): ChoiceScores {
  const whole = choices.map(({ logLikelihood }) => logLikelihood);
  const perCharacter = choices.map(({ text, logLikelihood }) => logLikelihood / [...text].length);
  const greatest = Math.max(...whole);
  const shares = whole.map((value) => Math.exp(value - greatest));
  const sum = shares.reduce((total, share) => total + share, 0);
  return {
    accuracy: Number(likeliest(whole) === right),
    normalizedAccuracy: Number(likeliest(perCharacter) === right),
    choiceProbability: (shares[right] ?? 0) / sum,
  };
}

function likeliest(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}
