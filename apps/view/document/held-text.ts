/** Milliseconds without a key after which a text counts as typed out. */
const pause = 400;

/** Those that hold something. */
const holding = new Set<HeldText>();

/** Takes over all that is held: before anything is asked of what is drawn that would else miss what was just typed. */
export function takeHeld(): void {
  for (const held of [...holding]) held.take();
}

/**
 * A text that is being typed: it is taken over once nobody types on, or when told to, and only where it was typed: as long as
 * `place` gives the same. The "1" of "1, 2" is no value.
 */
export class HeldText {
  readonly #place: () => string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #take: (() => void) | undefined;

  constructor(place: () => string) {
    this.#place = place;
  }

  /** Instead of what was held before. */
  hold(take: () => void): void {
    this.drop();
    const at = this.#place();
    this.#take = () => {
      if (this.#place() === at) take();
    };
    this.#timer = setTimeout(() => this.take(), pause);
    holding.add(this);
  }

  /** Takes over what is held, if anything is. */
  take(): void {
    const held = this.#take;
    this.drop();
    held?.();
  }

  drop(): void {
    clearTimeout(this.#timer);
    holding.delete(this);
    this.#take = undefined;
  }
}
