import { GraphError } from '@graft/graph';
import type { Feeds } from '../ir/executor.ts';
import type { TextShape } from './encoder.ts';
import type { PairShape } from './pair-program.ts';

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

/** A question, the passage that belongs to it, and passages that look as if they did. */
export interface TokenPair {
  readonly question: readonly number[];
  readonly passage: readonly number[];
  readonly negatives: readonly (readonly number[])[];
}

/** What a pair program reads; `weight` is of each pair, usually 1 / pairs of the optimizer step. Pairs may be fewer. */
export function pairFeeds(pairs: readonly TokenPair[], shape: PairShape, weight: number): Feeds {
  const count = shape.pairs;
  const passages: Tokens[] = new Array<Tokens>(count * (1 + shape.negatives)).fill(undefined);
  const weights = new Float32Array(count);
  for (const [place, { passage, negatives }] of pairs.entries()) {
    weights[place] = weight;
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

/** A question picks from all passages but those that are its own once more: of another question, or as a negative. */
function openPassages(
  pairs: readonly TokenPair[],
  passages: readonly Tokens[],
  count: number,
): Int32Array {
  const texts = passages.map((text) => text?.join(' '));
  const open = new Int32Array(count * passages.length);
  for (const row of pairs.keys()) {
    for (const [column, text] of texts.entries()) {
      const counts = text !== undefined && (column === row || text !== texts[row]);
      open[row * passages.length + column] = counts ? 1 : 0;
    }
  }
  return open;
}
