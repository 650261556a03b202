import type { Hit, Span } from '@graft/graph';

/** Where a chunk stands: in its document, in code units, and in the list of all chunks. */
export interface Place {
  readonly start: number;
  readonly end: number;
  readonly at: number;
}

/** Neighbouring chunks of one document, and the best hit that led to them. */
export interface Passage {
  readonly hit: Hit;
  readonly documentId: string;
  /** Positions among the places of the document's chunks, both included; -1: none holds the hit. */
  readonly first: number;
  readonly last: number;
  readonly children: number;
}

/** Places of chunks by document, sorted by where they begin. */
export type Places = ReadonlyMap<string, readonly Place[]>;

/** What the hits of one question lead to. Passages that have a chunk in common are one, in the place of the better hit. */
export class Passages {
  readonly #places: Places;
  readonly #window: number;
  #passages: readonly Passage[] = [];

  /** `window`: how many on either side of the one that holds a hit. */
  constructor(places: Places, window: number) {
    this.#places = places;
    this.#window = window;
  }

  /** Best first. */
  get passages(): readonly Passage[] {
    return this.#passages;
  }

  /** Hits come best first. False: no chunk holds it, and it stands for itself. */
  add(hit: Hit): boolean {
    const { documentId } = hit.chunk.source;
    const own = this.#places.get(documentId) ?? [];
    const at = mostOverlapping(own, hit.chunk.source);
    if (at === -1) {
      this.#passages = [...this.#passages, { hit, documentId, first: -1, last: -1, children: 1 }];
      return false;
    }
    const first = Math.max(0, at - this.#window);
    const last = Math.min(own.length - 1, at + this.#window);
    const passage = { hit, documentId, first, last, children: 1 };
    const meeting = this.#passages.filter((other) => meets(passage, other));
    const [best] = meeting;
    const merged = [...meeting, passage].reduce(merge);
    // Those that it brings together stand where the best of them stood.
    this.#passages =
      best === undefined
        ? [...this.#passages, merged]
        : this.#passages.flatMap((other) =>
            other === best ? [merged] : meeting.includes(other) ? [] : [other],
          );
    return true;
  }
}

/** The chunks that a passage is made of, by their places; none where it is the hit itself. */
export function placesOf({ documentId, first, last }: Passage, places: Places): readonly Place[] {
  return first === -1 ? [] : (places.get(documentId) ?? []).slice(first, last + 1);
}

function meets(one: Passage, other: Passage): boolean {
  return (
    one.documentId === other.documentId &&
    other.first !== -1 &&
    one.first <= other.last &&
    other.first <= one.last
  );
}

function merge(better: Passage, other: Passage): Passage {
  return {
    ...better,
    first: Math.min(better.first, other.first),
    last: Math.max(better.last, other.last),
    children: better.children + other.children,
  };
}

/** Position of the chunk that holds most of a span, the first of equal ones; -1: none holds any of it. */
function mostOverlapping(places: readonly Place[], span: Pick<Span, 'start' | 'end'>): number {
  let best = -1;
  let most = 0;
  for (const [at, { start, end }] of places.entries()) {
    const common = Math.min(span.end, end) - Math.max(span.start, start);
    if (common > most) [best, most] = [at, common];
  }
  return best;
}
