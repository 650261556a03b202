import type { TextPair } from '@graft/graph';

/** Capacity of a program: pairs, and negatives of each. */
export interface PairRoom {
  readonly pairs: number;
  readonly negatives: number;
}

/** Which pairs of a batch count, and their weight. */
export interface PairWeights {
  /** Of each counted question, usually 1 / questions of the optimizer step. */
  readonly weight: number;
  /** Number of questions that count, which come first; the pairs after them only bring passages. Default: all. */
  readonly counted?: number;
}

/** The pairs of a batch, arranged for the ranking loss. */
interface PairPlaces<Text> {
  /** Present pairs; a program may have room for more. */
  readonly questions: readonly Text[];
  /**
   * One for each place of the program, undefined if empty: first all own passages, then everyone's first negative, then
   * everyone's second.
   */
  readonly passages: readonly (Text | undefined)[];
  /** `RankedTexts.open`. */
  readonly open: Int32Array;
  /** `RankedTexts.weights`. */
  readonly weights: Float32Array;
}

/** Arranges pairs, up to the capacity. */
export function pairPlaces<Text>(
  pairs: readonly TextPair<Text>[],
  { pairs: count, negatives: most }: PairRoom,
  { weight, counted = pairs.length }: PairWeights,
): PairPlaces<Text> {
  const passages = new Array<Text | undefined>(count * (1 + most)).fill(undefined);
  const weights = new Float32Array(count);
  for (const [place, { passage, negatives }] of pairs.entries()) {
    if (place < counted) weights[place] = weight;
    for (const [column, text] of [passage, ...negatives].entries()) {
      passages[column * count + place] = text;
    }
  }
  const questions = pairs.map(({ question }) => question);
  return { questions, passages, open: openPassages(questions, passages, count), weights };
}

/**
 * A question picks from all passages except others that answer it too: copies of its own, as another question's or as a
 * negative, and those of the same question.
 */
function openPassages<Text>(
  questions: readonly Text[],
  passages: readonly (Text | undefined)[],
  count: number,
): Int32Array {
  const texts = passages.map((text) => (text === undefined ? undefined : String(text)));
  const asked = questions.map(String);
  const answers = new Map<string, Set<string | undefined>>();
  for (const [row, question] of asked.entries()) {
    answers.set(question, (answers.get(question) ?? new Set()).add(texts[row]));
  }
  const open = new Int32Array(count * passages.length);
  for (const [row, question] of asked.entries()) {
    for (const [column, text] of texts.entries()) {
      const counts =
        text !== undefined && (column === row || answers.get(question)?.has(text) !== true);
      open[row * passages.length + column] = counts ? 1 : 0;
    }
  }
  return open;
}
