/** Counters of word pairs, whatever is read: 1 MB. Pairs that share one count as one, which makes them common at most. */
const counters = 1 << 18;
/** From this share of the texts on a pair is common, if it is in as many as this. */
const commonShare = 0.1;
const commonFrom = 5;

/** Tells the words of a template, which stand in many of the texts, from those that are a text's own. */
export class CommonPairs {
  readonly #texts = new Uint32Array(counters);
  #all = 0;

  /** Takes the word pairs of a text into account. */
  add(pairs: readonly number[]): void {
    this.#all += 1;
    for (const at of new Set(pairs.map((pair) => pair % counters))) {
      this.#texts[at] = (this.#texts[at] ?? 0) + 1;
    }
  }

  has(pair: number): boolean {
    const texts = this.#texts[pair % counters] ?? 0;
    return texts >= commonFrom && texts >= this.#all * commonShare;
  }
}
