import type { Hit, Span } from '@graft/graph';

/** Position of a chunk: in its document, in code units, and in the list of all chunks. */
export interface Place {
  readonly start: number;
  readonly end: number;
  readonly at: number;
}

/** Neighbouring chunks of one document, and the best hit that led to them. */
export interface Passage {
  readonly hit: Hit;
  readonly documentId: string;
  /** First and last index among the document's chunks; -1: none contains the hit. */
  readonly first: number;
  readonly last: number;
  readonly children: number;
}

/** Positions of chunks by document, sorted by start. */
export type Places = ReadonlyMap<string, readonly Place[]>;

/** Passages for the hits of one question. Passages that share a chunk merge into one, at the rank of the better hit. */
export class Passages {
  readonly #places: Places;
  readonly #window: number;
  #passages: readonly Passage[] = [];

  /** `window`: chunks on either side of the one that contains a hit. */
  constructor(places: Places, window: number) {
    this.#places = places;
    this.#window = window;
  }

  /** Best first. */
  get passages(): readonly Passage[] {
    return this.#passages;
  }

  /** Add hits best first. False: no chunk contains it, so it stands for itself. */
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
    // A merged passage takes the place of its best part.
    this.#passages =
      best === undefined
        ? [...this.#passages, merged]
        : this.#passages.flatMap((other) =>
            other === best ? [merged] : meeting.includes(other) ? [] : [other],
          );
    return true;
  }
}

/** The chunks of a passage, by position; none if it is the hit itself. */
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

/** Index of the chunk that contains most of a span, the first of equal ones; -1: none contains any of it. */
function mostOverlapping(places: readonly Place[], span: Pick<Span, 'start' | 'end'>): number {
  let best = -1;
  let most = 0;
  for (const [at, { start, end }] of places.entries()) {
    const common = Math.min(span.end, end) - Math.max(span.start, start);
    if (common > most) [best, most] = [at, common];
  }
  return best;
}
