/** Milliseconds for which requests wait for a service that answered before. */
const usualPatience = 300_000;

/** A service that runs need and that does not answer. */
export interface Outage {
  /** As messages name it: `postgres://db.example.com/graft`, `s3://bucket/prefix`. */
  readonly place: string;
  /** When it was first missed, in ms since the epoch. */
  readonly since: number;
}

/** An outage that began or, with `until`, ended. */
export interface OutageChange extends Outage {
  readonly until?: number;
}

/** The services that requests of this process wait for. */
export class Outages {
  /** Milliseconds for which a request waits, before it fails. */
  readonly patience: number;
  readonly #away = new Map<string, { readonly since: number; requests: number }>();
  readonly #listeners = new Set<(change: OutageChange) => void>();

  constructor(patience = usualPatience) {
    this.patience = patience;
  }

  /** To be called when a request begins to wait. Call what it returns once, when that waits no more. */
  wait(place: string): () => void {
    const known = this.#away.get(place);
    const outage = known ?? { since: Date.now(), requests: 0 };
    outage.requests += 1;
    if (known === undefined) {
      this.#away.set(place, outage);
      this.#tell({ place, since: outage.since });
    }
    return () => {
      outage.requests -= 1;
      if (outage.requests > 0) return;
      this.#away.delete(place);
      this.#tell({ place, since: outage.since, until: Date.now() });
    };
  }

  get all(): readonly Outage[] {
    return [...this.#away].map(([place, { since }]) => ({ place, since }));
  }

  /** Calls `listener` with each change. Returns a function that stops this. */
  listen(listener: (change: OutageChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(change: OutageChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

/** An outage as a sentence for logs. */
export function outageText({ place, since, until }: OutageChange): string {
  const time = new Date(since).toLocaleTimeString('en-GB');
  if (until === undefined) return `${place} has not answered since ${time}. Waiting for it.`;
  return `The wait for ${place} has ended. It began at ${time} and took ${String(Math.ceil((until - since) / 1000))} s.`;
}
