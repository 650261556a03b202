import { GraphError, type TextPair } from '@graft/graph';
import type { Feeds } from '../ir/executor.ts';
import type { TextShape } from './encoder.ts';
import { pairPlaces, type PairWeights } from './pair-places.ts';
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

/** What a pair program reads, of as many pairs as it has room for or fewer. */
export function pairFeeds(
  pairs: readonly TokenPair[],
  shape: PairShape,
  weighted: PairWeights,
): Feeds {
  const { questions, passages, open, weights } = pairPlaces(pairs, shape, weighted);
  return {
    ...textFeeds('questions', questions, { batch: shape.pairs, length: shape.questionLength }),
    ...textFeeds('passages', passages, { batch: passages.length, length: shape.passageLength }),
    ...{ open, weights },
  };
}
