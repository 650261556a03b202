import type { EncodedText } from '@graft/graph';

/** How many markers a tokenizer puts before a text, between a text and its pair, and at the end. */
export interface Markers {
  readonly before: number;
  readonly between: number;
  readonly after: number;
}

/**
 * Markers, from the tokens of a text with and without them, and of the text with itself as its pair. Throws nothing: for
 * tokens that it cannot find there are none.
 */
export function markersOf(
  plain: readonly number[],
  marked: readonly number[],
  paired: readonly number[],
): Markers {
  const before = marked.findIndex((_, at) => plain.every((id, next) => marked[at + next] === id));
  if (before < 0) return { before: 0, between: 0, after: 0 };
  const after = marked.length - plain.length - before;
  const between = Math.max(0, paired.length - 2 * plain.length - before - after);
  return { before, between, after };
}

/** Cuts a text's own tokens from the end, to at most `most` tokens with all markers. */
export function cutText(text: EncodedText, most: number, { before, after }: Markers): EncodedText {
  const { length } = text.ids;
  if (length <= most) return text;
  const kept = Math.max(before, most - after);
  return joined(text, [
    [0, kept],
    [length - after, length],
  ]);
}

/**
 * Cuts a text of `own` tokens joined with its pair, each from its end, to at most `most` tokens with all markers: the
 * longer one first, then both alike, as the tokenizers library does (`longest_first`).
 */
export function cutPair(
  text: EncodedText,
  most: number,
  { own, markers: { before, between, after } }: { readonly own: number; readonly markers: Markers },
): EncodedText {
  const { length } = text.ids;
  if (length <= most) return text;
  const room = Math.max(0, most - before - between - after);
  const other = length - before - between - after - own;
  const [first, second] = keptOfPair(own, other, room);
  const pair = before + own;
  return joined(text, [
    [0, before + first],
    [pair, pair + between + second],
    [length - after, length],
  ]);
}

/** Tokens that two texts keep if they must share this room: the longer one loses first, then both alike. */
export function keptOfPair(first: number, second: number, room: number): [number, number] {
  if (first + second <= room) return [first, second];
  const shorter = Math.min(first, second, Math.floor(room / 2));
  return first > second ? [room - shorter, shorter] : [shorter, room - shorter];
}

function joined(
  { ids, segments }: EncodedText,
  ranges: readonly (readonly [number, number])[],
): EncodedText {
  const of = (values: readonly number[]): number[] =>
    ranges.flatMap(([from, to]) => values.slice(from, to));
  return { ids: of(ids), segments: of(segments) };
}
