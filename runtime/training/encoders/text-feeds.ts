import { GraphError, type TextPair } from '@graft/graph';
import type { Feeds } from '../ir/executor.ts';
import type { TextShape } from './encoder.ts';
import { pairPlaces, type PairWeights } from './pair-places.ts';
import type { PairShape } from './pair-program.ts';
import { groupName, placeTexts, type TextRows } from './text-rows.ts';

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

/** What `encodeRows(name, rows)` reads: texts of one type, each in a row that is long enough. */
export function rowFeeds(name: string, texts: readonly Tokens[], rows: TextRows): Feeds {
  const { groups, rowOf } = placeTexts(texts, rows);
  const feeds = rows.map((shape, at) => textFeeds(groupName(name, at), groups[at] ?? [], shape));
  return Object.assign({ [`${name}.rows`]: rowOf }, ...feeds) as Feeds;
}

/** What a pair program reads, of as many pairs as it has room for or fewer. */
export function pairFeeds(
  pairs: readonly TokenPair[],
  shape: PairShape,
  weighted: PairWeights,
): Feeds {
  const { questions, passages, open, weights } = pairPlaces(pairs, shape, weighted);
  return {
    ...rowFeeds('questions', questions, shape.questions),
    ...rowFeeds('passages', passages, shape.passages),
    ...{ open, weights },
  };
}
