/** Most pixels of a list's height: beyond it browsers lose sub-pixel precision, and finally draw nothing. */
export const mostHeight = 1_000_000;

/** Screens that one scrolls by hand at once; further is a jump. */
const byHand = 4;

/** A list in its scroller, in pixels. */
export interface ScrollFrame {
  /** From the top of the list to the first visible pixel; below 0 if the list begins further down. */
  readonly top: number;
  /** Height of the visible part. */
  readonly view: number;
}

/**
 * The scroll position among all rows, in pixels of their own heights. A list taller than browsers can draw is clipped
 * to the maximum: small scroll steps move by as many pixels among the rows, large ones proportionally.
 */
export class ScrollPlace {
  /** Pixels of all rows. */
  total = 0;
  /** Offset of the first visible pixel among the rows. */
  at = 0;
  #top = 0;

  /** Last position of the scroller. */
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

  /** Scroller position for an offset among the rows; records it as set. */
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

  /** Position in the list at which an offset among the rows is drawn. */
  drawn(at: number): number {
    return this.#isWhole ? at : this.#top + at - this.at;
  }
}
