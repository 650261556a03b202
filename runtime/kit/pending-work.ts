/** What is still under way, whoever waits for it or has given up: so that its owner ends after it. */
export class PendingWork {
  readonly #work = new Set<Promise<void>>();

  /** Counts `work` until it is settled. Its failure is not this one's to tell. */
  follow(work: Promise<unknown>): void {
    const ended = work.then(
      () => undefined,
      () => undefined,
    );
    this.#work.add(ended);
    void ended.then(() => this.#work.delete(ended));
  }

  /** Once all that is under way now is settled. */
  async settled(): Promise<void> {
    await Promise.all(this.#work);
  }
}
