import { GraphError, type TextPair } from '@graft/graph';
import type { Feeds } from '../ir/executor.ts';
import type { TextShape } from './encoder.ts';
import type { PairShape } from './pair-program.ts';

export type TokenPair = TextPair;

/** Tokens of a text, markers at its ends included; undefined leaves a row empty. */
type Tokens = readonly number[] | undefined;

/** What `encode(name, shape)` reads: texts of one type, padded; rows beyond them are empty. */
export function textFeeds(
  name: string,
  texts: readonly Tokens[],
  { batch, length }: TextShape,
): Feeds {
  const tokens = new Int32Array(batch * length);
  const mask = new Int32Array(batch * length);
  const longest = texts.reduce((most, text) => Math.max(most, text?.length ?? 0), 0);
  if (texts.length > batch || longest > length) {
    throw new GraphError(
      'internal',
      `${String(texts.length)} texts of up to ${String(longest)} tokens do not fit ${String(batch)} rows of ${String(length)}`,
      { audience: 'developer' },
    );
  }
  for (const [row, text = []] of texts.entries()) {
    tokens.set(text, row * length);
    mask.fill(1, row * length, row * length + text.length);
  }
  const types = new Int32Array(batch * length);
  return { [`${name}.tokens`]: tokens, [`${name}.types`]: types, [`${name}.mask`]: mask };
}

/**
 * What a pair program reads, of as many pairs as it has room for or fewer. `weight` is of each of the first `counted`
 * questions (default all), usually 1 / questions of the optimizer step; the pairs behind them only bring passages.
 */
export function pairFeeds(
  pairs: readonly TokenPair[],
  shape: PairShape,
  { weight, counted = pairs.length }: { readonly weight: number; readonly counted?: number },
): Feeds {
  const count = shape.pairs;
  const passages: Tokens[] = new Array<Tokens>(count * (1 + shape.negatives)).fill(undefined);
  const weights = new Float32Array(count);
  for (const [place, { passage, negatives }] of pairs.entries()) {
    if (place < counted) weights[place] = weight;
    // All that belong to a question first, then everyone's first negative, then everyone's second.
    for (const [column, text] of [passage, ...negatives].entries()) {
      passages[column * count + place] = text;
    }
  }
  const questions = pairs.map(({ question }) => question);
  return {
    ...textFeeds('questions', questions, { batch: count, length: shape.questionLength }),
    ...textFeeds('passages', passages, { batch: passages.length, length: shape.passageLength }),
    open: openPassages(pairs, passages, count),
    weights,
  };
}

/**
 * A question picks from all passages but those that answer it as well: its own once more, of another question or as a
 * negative, and those of the same question asked again.
 */
function openPassages(
  pairs: readonly TokenPair[],
  passages: readonly Tokens[],
  count: number,
): Int32Array {
  const texts = passages.map((text) => text?.join(' '));
  const questions = pairs.map(({ question }) => question.join(' '));
  const answers = new Map<string, Set<string | undefined>>();
  for (const [row, question] of questions.entries()) {
    answers.set(question, (answers.get(question) ?? new Set()).add(texts[row]));
  }
  const open = new Int32Array(count * passages.length);
  for (const [row, question] of questions.entries()) {
    for (const [column, text] of texts.entries()) {
      const counts =
        text !== undefined && (column === row || answers.get(question)?.has(text) !== true);
      open[row * passages.length + column] = counts ? 1 : 0;
    }
  }
  return open;
}
