import {
  likeness,
  plainWords,
  type Sketch,
  SketchIndex,
  sketchOf,
  wordPairs,
} from '../kit/text/word-pair-sketch.ts';
import { says } from './answerability.ts';

/** What is compared of a question; without a reference nothing answers it. */
export interface Asked {
  readonly question: string;
  readonly reference?: string;
}

/** Finds questions that ask what one before has asked. */
export class Duplicates {
  /** Jaccard of word pairs from which on two questions are alike. */
  readonly #similarity: number;
  readonly #seen = new Set<string>();
  readonly #index = new SketchIndex<{ readonly sketch: Sketch; readonly asked: Asked }>();

  constructor(similarity: number) {
    this.#similarity = similarity;
  }

  /**
   * Whether it was asked before: in the same words, or in nearly the same with the same answer, or with none on one side.
   * Where it was not, later ones are compared with it.
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
