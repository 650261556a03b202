import type { Chunk, Hit, Span } from '@graft/graph';
import { joinedChunk } from './joined-chunk.ts';

/** Neighbouring chunks of one document, and the best hit that led to them. */
interface Passage {
  readonly hit: Hit;
  readonly documentId: string;
  /** Places in the list of the document's chunks, both included; -1: none holds the hit. */
  readonly first: number;
  readonly last: number;
  readonly children: number;
}

/** What the hits of one question lead to. Passages that have a chunk in common are one, in the place of the better hit. */
export class Passages {
  readonly #chunks: ReadonlyMap<string, readonly Chunk[]>;
  readonly #window: number;
  #passages: readonly Passage[] = [];

  /** `chunks` by document, sorted; `window`: how many on either side of the one that holds a hit. */
  constructor(chunks: ReadonlyMap<string, readonly Chunk[]>, window: number) {
    this.#chunks = chunks;
    this.#window = window;
  }

  /** Hits come best first. False: no chunk holds it, and it stands for itself. */
  add(hit: Hit): boolean {
    const { documentId } = hit.chunk.source;
    const own = this.#chunks.get(documentId) ?? [];
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

  hits(): Hit[] {
    return this.#passages.map(({ hit, documentId, first, last, children }) => {
      const own = (this.#chunks.get(documentId) ?? []).slice(first, last + 1);
      const chunk = first === -1 ? hit.chunk : joinedChunk(own);
      return { ...hit, scores: { ...hit.scores, children }, chunk: chunk ?? hit.chunk };
    });
  }
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

/** Place of the chunk that holds most of a span, the first of equal ones; -1: none holds any of it. */
function mostOverlapping(chunks: readonly Chunk[], span: Span): number {
  let best = -1;
  let most = 0;
  for (const [at, { source }] of chunks.entries()) {
    const common = Math.min(span.end, source.end) - Math.max(span.start, source.start);
    if (common > most) [best, most] = [at, common];
  }
  return best;
}
