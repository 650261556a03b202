import { GraphError } from '@graft/graph';
import type { Feeds } from '../ir/executor.ts';
import type { TextShape } from './encoder.ts';
import { groupName, placeTexts, type TextRows } from './text-rows.ts';

/** Tokens of a text, with markers; undefined leaves a row empty. */
type Tokens = readonly number[] | undefined;

/** Stacks texts, padded with zeros; missing rows are zeros too. */
export function padded(texts: readonly Tokens[], { batch, length }: TextShape): Int32Array {
  const longest = texts.reduce((most, text) => Math.max(most, text?.length ?? 0), 0);
  if (texts.length > batch || longest > length) {
    throw new GraphError(
      'internal',
      `${String(texts.length)} texts of up to ${String(longest)} tokens do not fit ${String(batch)} rows of ${String(length)}`,
      { audience: 'developer' },
    );
  }
  const rows = new Int32Array(batch * length);
  for (const [row, text = []] of texts.entries()) rows.set(text, row * length);
  return rows;
}

/** Inputs of `encode(name, shape)`: texts of one type, padded; further rows are empty. */
export function textFeeds(name: string, texts: readonly Tokens[], shape: TextShape): Feeds {
  return {
    [`${name}.tokens`]: padded(texts, shape),
    [`${name}.types`]: padded([], shape),
    [`${name}.mask`]: padded(
      texts.map((text) => text?.map(() => 1)),
      shape,
    ),
  };
}

/** Inputs of `encodeRows(name, rows)`: texts of one type, each in a row that is long enough. */
export function rowFeeds(name: string, texts: readonly Tokens[], rows: TextRows): Feeds {
  const { groups, rowOf } = placeTexts(texts, rows);
  const feeds = rows.map((shape, at) => textFeeds(groupName(name, at), groups[at] ?? [], shape));
  return Object.assign({ [`${name}.rows`]: rowOf }, ...feeds) as Feeds;
}
