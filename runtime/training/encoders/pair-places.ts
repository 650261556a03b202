import type { TextPair } from '@graft/graph';

/** Pairs, and negatives of each, that a program has room for. */
export interface PairRoom {
  readonly pairs: number;
  readonly negatives: number;
}

/** Which pairs of a batch count, and how much. */
export interface PairWeights {
  /** Of each question that counts, usually 1 / questions of the optimizer step. */
  readonly weight: number;
  /** Questions that count, the first; the pairs behind them only bring passages. Default all. */
  readonly counted?: number;
}

/** The pairs of a batch where the ranking loss looks for them. */
interface PairPlaces<Text> {
  /** As many as there are; a program may have room for more. */
  readonly questions: readonly Text[];
  /**
   * One a place of the program, undefined where there is none: all that belong to a question first, then everyone's
   * first negative, then everyone's second.
   */
  readonly passages: readonly (Text | undefined)[];
  /** `RankedTexts.open`. */
  readonly open: Int32Array;
  /** `RankedTexts.weights`. */
  readonly weights: Float32Array;
}

/** Lays out pairs, as many as there is room for or fewer. */
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
 * A question picks from all passages but those that answer it as well: its own once more, of another question or as a
 * negative, and those of the same question asked again.
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
