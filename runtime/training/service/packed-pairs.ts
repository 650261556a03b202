import type { TextPair } from '@graft/graph';

/** Pairs as a few typed arrays, which cross a process border without being taken apart number by number. */
export interface PackedPairs {
  /** Texts of each: its question, its passage, its negatives. */
  readonly texts: Int32Array;
  /** Where each text ends in `tokens`. */
  readonly ends: Int32Array;
  readonly tokens: Int32Array;
}

export function packPairs(pairs: readonly TextPair[]): PackedPairs {
  const texts = pairs.flatMap(({ question, passage, negatives }) => [
    question,
    passage,
    ...negatives,
  ]);
  const ends = new Int32Array(texts.length);
  const tokens = new Int32Array(texts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const [at, text] of texts.entries()) {
    tokens.set(text, end);
    end += text.length;
    ends[at] = end;
  }
  return { texts: Int32Array.from(pairs, ({ negatives }) => 2 + negatives.length), ends, tokens };
}

export function unpackPairs({ texts, ends, tokens }: PackedPairs): TextPair[] {
  let next = 0;
  const text = (): number[] => {
    const start = next === 0 ? 0 : (ends[next - 1] ?? 0);
    return Array.from(tokens.subarray(start, ends[next++] ?? start));
  };
  return Array.from(texts, (count) => {
    const [question, passage] = [text(), text()];
    return { question, passage, negatives: Array.from({ length: count - 2 }, text) };
  });
}
