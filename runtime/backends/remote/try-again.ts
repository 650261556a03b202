/** Why a request failed that may do when it is made again. */
export class TryAgain extends Error {
  /** Milliseconds that the server asks to wait for; undefined: it does not say. */
  readonly after: number | undefined;

  constructor(why: string, after?: number) {
    super(why);
    this.after = after;
  }
}
