import { contentWords } from './content-words.ts';

/** Lucene's usual constants: saturation of a word's repetitions, and normalization by length. */
const [saturation, lengthNorm] = [1.2, 0.75];

interface Posting {
  readonly text: number;
  readonly count: number;
}

/** Texts in memory, ranked by the words that they share with a query (Robertson and Zaragoza 2009, "BM25"). */
export class Bm25 {
  readonly #lengths: readonly number[];
  readonly #mean: number;
  readonly #postings = new Map<string, Posting[]>();

  constructor(texts: readonly string[]) {
    this.#lengths = texts.map((text, at) => {
      const words = contentWords(text);
      const counts = new Map<string, number>();
      for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
      for (const [word, count] of counts) {
        const postings = this.#postings.get(word) ?? [];
        postings.push({ text: at, count });
        this.#postings.set(word, postings);
      }
      return words.length;
    });
    const sum = this.#lengths.reduce((all, length) => all + length, 0);
    this.#mean = Math.max(1, sum / Math.max(1, texts.length));
  }

  /** Scores of the texts that share a word with the query, by index. */
  scores(query: string): Map<number, number> {
    const scores = new Map<number, number>();
    for (const word of new Set(contentWords(query))) {
      const postings = this.#postings.get(word) ?? [];
      const texts = this.#lengths.length;
      const rarity = Math.log(1 + (texts - postings.length + 0.5) / (postings.length + 0.5));
      for (const { text, count } of postings) {
        const length = (this.#lengths[text] ?? 0) / this.#mean;
        const norm = saturation * (1 - lengthNorm + lengthNorm * length);
        const part = (rarity * count * (saturation + 1)) / (count + norm);
        scores.set(text, (scores.get(text) ?? 0) + part);
      }
    }
    return scores;
  }

  /** Indices of these texts, best first; of equal ones the first. */
  ranked(query: string): number[] {
    const scores = [...this.scores(query)];
    return scores.sort(([a, one], [b, other]) => other - one || a - b).map(([text]) => text);
  }
}
