/** Wrong tokens that one address may send in a window of time. */
const mostWrong = 10;
/** Milliseconds of a window. */
const windowMs = 60_000;
/** Addresses that are remembered. */
const mostAddresses = 1_000;

interface Wrong {
  readonly since: number;
  readonly count: number;
}

/** Counts the wrong tokens of each address: one that tries many is told to stop. */
export class AttemptLimit {
  readonly #wrong = new Map<string, Wrong>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Whether this address may send another wrong token. */
  allows(address: string): boolean {
    return (this.#of(address)?.count ?? 0) < mostWrong;
  }

  /** Notes a wrong token. */
  note(address: string): void {
    const { since, count } = this.#of(address) ?? { since: this.#now(), count: 0 };
    // The address goes to the end: the first of the map is the one that was quiet for longest.
    this.#wrong.delete(address);
    this.#wrong.set(address, { since, count: count + 1 });
    const [oldest] = this.#wrong.keys();
    if (this.#wrong.size > mostAddresses && oldest !== undefined) this.#wrong.delete(oldest);
  }

  #of(address: string): Wrong | undefined {
    const wrong = this.#wrong.get(address);
    return wrong !== undefined && this.#now() - wrong.since < windowMs ? wrong : undefined;
  }
}
