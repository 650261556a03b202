/** Milliseconds that a beat may stand still, by default; it comes every two or three seconds. */
const usuallyStillFor = 12_000;
/** Milliseconds between two looks beyond which we were asleep, and cannot say for how long others stood still. */
const sleptFor = 3_500;

/**
 * Tells holders that stand still from those that are only slow. A beat must stay the same for some seconds of our own
 * steady clock, while we were awake ourselves; so neither a clock that is set nor a machine that was suspended makes
 * anybody look dead, and no clock of another machine is compared.
 */
export class BeatWatch {
  readonly #now: () => number;
  readonly #seen = new Map<string, { readonly beat: number; readonly since: number }>();
  #lastLook = -Infinity;

  /** `now`: milliseconds of a clock that nobody sets. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** To be asked at least every 3 s with the beat that was just read. `stillFor`: milliseconds without a beat that count. */
  isStill(holder: string, beat: number, stillFor = usuallyStillFor): boolean {
    const now = this.#now();
    if (now - this.#lastLook > sleptFor) this.#seen.clear();
    this.#lastLook = now;
    const seen = this.#seen.get(holder);
    if (seen?.beat === beat) return now - seen.since >= stillFor;
    this.#seen.set(holder, { beat, since: now });
    return false;
  }

  /** Forgets the holders that are no longer there. */
  keepOnly(holders: ReadonlySet<string>): void {
    for (const holder of this.#seen.keys()) if (!holders.has(holder)) this.#seen.delete(holder);
  }
}
