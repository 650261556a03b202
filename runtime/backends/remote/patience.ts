/** Ratio of the whole time limit to the allowed silence. */
const inAll = 10;

/** Aborts when a server has been silent for too long, or takes too long in total. */
export class Patience implements Disposable {
  readonly #silence: NodeJS.Timeout;
  readonly #whole: NodeJS.Timeout;
  readonly #controller = new AbortController();
  #why: string | undefined;

  constructor(seconds: number) {
    this.#silence = this.#after(seconds, `it has been silent for ${seconds} s`);
    this.#whole = this.#after(seconds * inAll, `its answer took more than ${seconds * inAll} s`);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why it has aborted; undefined: it has not. */
  get why(): string | undefined {
    return this.#why;
  }

  readonly heard = (): void => {
    this.#silence.refresh();
  };

  [Symbol.dispose](): void {
    clearTimeout(this.#silence);
    clearTimeout(this.#whole);
  }

  #after(seconds: number, why: string): NodeJS.Timeout {
    return setTimeout(() => {
      this.#why ??= why;
      this.#controller.abort();
    }, seconds * 1000);
  }
}
