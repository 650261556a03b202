import type { Chunk, MetricRow } from '@graft/graph';

/** Outcome of a written question: kept, or left out for the first of these reasons. */
export type Fate = 'questions' | 'faulty' | 'notAnswerable' | 'answerableAfterAll' | 'duplicates';

/** Counts of questions by outcome, and in total. */
type Counts = Readonly<Record<Fate | 'written', number>>;

/** Outcomes of the questions of each chunk, and of unusable replies. */
export class Tally {
  /** Replies without any of the requested parts. */
  unparseableReplies = 0;
  /** Chunks that the model could not be asked about. */
  failedChunks = 0;
  readonly #chunks = new Map<string, Map<Fate, number>>();

  constructor(chunks: readonly Chunk[]) {
    for (const { id } of chunks) this.#chunks.set(id, new Map());
  }

  add({ id }: Chunk, fate: Fate): void {
    const counts = this.#chunks.get(id);
    counts?.set(fate, (counts.get(fate) ?? 0) + 1);
  }

  get counts(): Counts {
    return sum([...this.#chunks.values()]);
  }

  /** The total counts, with `more` on the kept ones, then those of each chunk. */
  rows(more: Readonly<Record<string, number>>): MetricRow[] {
    const { unparseableReplies, failedChunks } = this;
    const all = { ...valuesOf(this.counts), ...more, unparseableReplies, failedChunks };
    return [
      { series: 'summary', values: all },
      ...Array.from(this.#chunks, ([id, counts]) => ({
        ...{ series: 'chunks', label: id, item: id },
        values: valuesOf(sum([counts])),
      })),
    ];
  }
}

function sum(parts: readonly ReadonlyMap<Fate, number>[]): Counts {
  const of = (fate: Fate): number => parts.reduce((all, part) => all + (part.get(fate) ?? 0), 0);
  const fates: Record<Fate, number> = {
    questions: of('questions'),
    faulty: of('faulty'),
    notAnswerable: of('notAnswerable'),
    answerableAfterAll: of('answerableAfterAll'),
    duplicates: of('duplicates'),
  };
  return { written: Object.values(fates).reduce((all, count) => all + count, 0), ...fates };
}

/** Without written questions there is no kept share. */
function valuesOf(counts: Counts): Record<string, number> {
  const { written, questions } = counts;
  return { ...(written === 0 ? {} : { keptShare: questions / written }), ...counts };
}
