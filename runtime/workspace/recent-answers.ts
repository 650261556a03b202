/**
 * What was found out lately of things that never change, by their keys; of each once at a time. A failure is told to those
 * who waited for it, and then forgotten.
 */
export class RecentAnswers<T> {
  readonly #most: number;
  readonly #known = new Map<string, Promise<T>>();

  /** Keeps so many answers: those that were asked for last. */
  constructor(most: number) {
    this.#most = most;
  }

  get(key: string, find: () => Promise<T>): Promise<T> {
    const known = this.#known.get(key) ?? this.#begin(key, find);
    // The map keeps the order of its entries: set anew, it is the one asked for last.
    this.#known.delete(key);
    this.#known.set(key, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > this.#most && oldest !== undefined) this.#known.delete(oldest);
    return known;
  }

  #begin(key: string, find: () => Promise<T>): Promise<T> {
    const begun = find();
    begun.catch(() => {
      if (this.#known.get(key) === begun) this.#known.delete(key);
    });
    return begun;
  }
}
