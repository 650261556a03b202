/** Entries of an archive; the largest packages have some ten thousand. */
export const maxEntries = 200_000;

/** What may be taken out of an archive: its entries are counted, and the bytes of those that are wanted. */
export class ArchiveBudget {
  readonly #largest: number;
  #entries = 0;
  #bytes = 0;

  constructor(largest: number) {
    this.#largest = largest;
  }

  get spent(): boolean {
    return this.#entries > maxEntries || this.#bytes > this.#largest;
  }

  /** One more entry, of which so many bytes are wanted. */
  count(bytes: number): void {
    this.#entries += 1;
    this.#bytes += bytes;
  }

  throwIfSpent(): void {
    if (this.#entries > maxEntries) {
      throw new Error(`the archive has more than ${maxEntries} entries`);
    }
    if (this.#bytes > this.#largest) {
      throw new Error(
        `the archive unpacks to ${this.#bytes} bytes of the model, which has at most ${this.#largest}`,
      );
    }
  }
}
