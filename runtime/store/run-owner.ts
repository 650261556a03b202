import { isAlive, thisPlace, thisProcess } from '@graft/kit';

/** This process as the owner of its runs: `pid:start-time:place`. */
export const thisOwner = `${thisProcess}:${thisPlace}`;

/** Milliseconds that an owner's beat may stand still; it comes every two seconds. */
const stillFor = 7_000;
/** Milliseconds between two looks beyond which we were asleep, and cannot say for how long others stood still. */
const sleptFor = 3_500;

/**
 * Tells owners that are gone from those that are only slow. A process of this place is looked up by its id and start
 * time. Of all others the beat is watched: it must stand still for some seconds of our own steady clock, while we
 * were awake ourselves; so neither a clock that is set nor a machine that was suspended makes anybody look dead.
 */
export class OwnerWatch {
  readonly #now: () => number;
  readonly #seen = new Map<string, { beat: number | undefined; since: number }>();
  #lastLook = -Infinity;

  /** `now`: milliseconds of a clock that nobody sets. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Those of `owners` that are gone, by the beats that were just read. */
  gone(owners: ReadonlySet<string>, beats: ReadonlyMap<string, number>): Set<string> {
    const now = this.#now();
    if (now - this.#lastLook > sleptFor) this.#seen.clear();
    this.#lastLook = now;
    for (const owner of this.#seen.keys()) if (!owners.has(owner)) this.#seen.delete(owner);
    return new Set([...owners].filter((owner) => this.#isGone(owner, beats.get(owner), now)));
  }

  #isGone(owner: string, beat: number | undefined, now: number): boolean {
    if (owner === thisOwner) return false;
    const [pid = '', started = '0', ownerPlace = thisPlace] = owner.split(':');
    if (ownerPlace === thisPlace) {
      if (!isAlive(`${pid}:${started}`)) return true;
      // Where the system tells start times, the id is this process's and no later one's. Versions before have no beat.
      if (started !== '0' || beat === undefined) return false;
    }
    const seen = this.#seen.get(owner);
    if (seen === undefined || seen.beat !== beat) {
      this.#seen.set(owner, { beat, since: now });
      return false;
    }
    return now - seen.since >= stillFor;
  }
}
