import {
  likeness,
  plainWords,
  type Sketch,
  SketchIndex,
  sketchOf,
  wordPairs,
} from '../kit/text/word-pair-sketch.ts';
import { says } from './answerability.ts';

/** Compared fields of a question; without a reference it has no answer. */
export interface Asked {
  readonly question: string;
  readonly reference?: string;
}

/** Finds questions that repeat an earlier one. */
export class Duplicates {
  /** Jaccard similarity of word pairs from which two questions count as alike. */
  readonly #similarity: number;
  readonly #seen = new Set<string>();
  readonly #index = new SketchIndex<{ readonly sketch: Sketch; readonly asked: Asked }>();

  constructor(similarity: number) {
    this.#similarity = similarity;
  }

  /**
   * Whether an earlier question had the same words, or nearly the same with the same answer, or with none on one side.
   * Otherwise records it for later comparisons.
   */
  has(asked: Asked): boolean {
    const words = plainWords(asked.question).join(' ');
    const sketch = sketchOf(wordPairs(asked.question));
    const found =
      this.#seen.has(words) ||
      (this.#similarity < 1 &&
        this.#index
          .candidates(sketch)
          .some(
            (other) =>
              likeness(other.sketch, sketch) >= this.#similarity && agree(other.asked, asked),
          ));
    if (found) return true;
    this.#seen.add(words);
    this.#index.add(sketch, { sketch, asked });
    return false;
  }
}

function agree({ reference: one }: Asked, { reference: other }: Asked): boolean {
  return one === undefined || other === undefined || says(one, other) || says(other, one);
}
