/** Pixels that a list is high at most: browsers tell places further down to less than a pixel only, and at last draw nothing. */
export const mostHeight = 1_000_000;

/** Screens that one scrolls by hand at once; further is a jump. */
const byHand = 4;

/** A list in its scroller, in pixels. */
export interface ScrollFrame {
  /** From the upper edge of the list down to what is seen first; below 0 where the list begins further down. */
  readonly top: number;
  /** Of what is seen. */
  readonly view: number;
}

/**
 * Where one is among all rows, in pixels of their own heights. A list that would be higher than a browser draws is
 * as high as it can be: small steps in it are steps of as many pixels among the rows, large ones go by its share.
 */
export class ScrollPlace {
  /** Pixels of all rows. */
  total = 0;
  /** Place among the rows of what is seen first. */
  at = 0;
  #top = 0;

  /** Where the scroller stood last. */
  get top(): number {
    return this.#top;
  }

  get height(): number {
    return Math.min(this.total, mostHeight);
  }

  get #isWhole(): boolean {
    return this.total <= mostHeight;
  }

  /** Follows the scroller. */
  follow({ top, view }: ScrollFrame): void {
    const step = top - this.#top;
    const last = this.height - view;
    this.#top = top;
    if (this.#isWhole || top <= 0) this.at = top;
    else if (top >= last) this.at = this.total - view + (top - last);
    else if (Math.abs(step) > byHand * view) this.at = (top / last) * (this.total - view);
    else this.at = Math.min(Math.max(0, this.at + step), this.total - view);
  }

  /** Where the scroller has to stand for a place among the rows. Whoever puts it there has said so by this. */
  go(at: number, view: number): number {
    const end = this.total - view;
    this.at = at;
    this.#top =
      this.#isWhole || at <= 0 || end <= 0
        ? at
        : at >= end
          ? this.height - view + (at - end)
          : (at / end) * (this.height - view);
    return this.#top;
  }

  /** Where a place among the rows is drawn in the list. */
  drawn(at: number): number {
    return this.#isWhole ? at : this.#top + at - this.at;
  }
}
