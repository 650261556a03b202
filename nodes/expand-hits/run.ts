import { type Chunk, type Hit, implement, type QuestionHits, type RowsInput } from '@graft/graph';
import { expandHits } from './node.ts';
import { type Passage, Passages, type Place, type Places, placesOf } from './passages.ts';

/** Chunks held at once, including the hits. Each such portion reads all chunks once more. */
const held = 50_000;

export const run = implement(expandHits, async (ctx, { hits, chunks }, { to, window, top }) => {
  const places = await placesOfAll(chunks, await documentsOf(hits));
  const lost = new Set<string>();

  function passagesOf(row: QuestionHits): readonly Passage[] {
    const passages = new Passages(places, to === 'parents' ? 0 : window);
    for (const hit of row.hits) if (!passages.add(hit)) lost.add(hit.chunk.id);
    return passages.passages.slice(0, top);
  }

  async function* expanded(): AsyncGenerator<QuestionHits> {
    let done = 0;
    for await (const { rows, wanted } of portions(hits, { passagesOf, places })) {
      const byPlace = await chunksAt(chunks, wanted);
      for (const { row, passages } of rows) {
        ctx.signal.throwIfAborted();
        yield { ...row, hits: passages.map((passage, at) => hitOf(passage, at + 1, byPlace)) };
        done += 1;
        ctx.progress({ done, total: hits.count, unit: 'questions' });
      }
    }
    if (lost.size > 0) {
      ctx.log(
        'warning',
        `No connected chunk holds ${lost.size} of the chunks that were found, so the node passes them on unchanged. Connect chunks of the same documents.`,
      );
    }
  }

  function hitOf(passage: Passage, rank: number, byPlace: ReadonlyMap<number, Chunk>): Hit {
    const { hit, children } = passage;
    const own = placesOf(passage, places).flatMap(({ at }) => byPlace.get(at) ?? []);
    const chunk = joinedChunk(own) ?? hit.chunk;
    return { ...hit, rank, before: hit.rank, scores: { ...hit.scores, children }, chunk };
  }
  return { hits: expanded() };
});

async function documentsOf(hits: RowsInput<QuestionHits>): Promise<ReadonlySet<string>> {
  const documents = new Set<string>();
  for await (const row of hits.rows()) {
    for (const { chunk } of row.hits) documents.add(chunk.source.documentId);
  }
  return documents;
}

/** Only chunks of the needed documents. */
async function placesOfAll(chunks: RowsInput<Chunk>, wanted: ReadonlySet<string>): Promise<Places> {
  const places = new Map<string, Place[]>();
  let at = -1;
  for await (const { source } of chunks.rows()) {
    at += 1;
    if (!wanted.has(source.documentId)) continue;
    const own = places.get(source.documentId) ?? [];
    own.push({ start: source.start, end: source.end, at });
    places.set(source.documentId, own);
  }
  for (const own of places.values()) own.sort((a, b) => a.start - b.start);
  return places;
}

interface Portion {
  readonly rows: { readonly row: QuestionHits; readonly passages: readonly Passage[] }[];
  /** Positions of the chunks that form the passages. */
  readonly wanted: Set<number>;
}

/** A portion of rows, with the chunks to hold for them. */
async function* portions(
  hits: RowsInput<QuestionHits>,
  {
    passagesOf,
    places,
  }: {
    readonly passagesOf: (row: QuestionHits) => readonly Passage[];
    readonly places: Places;
  },
): AsyncGenerator<Portion> {
  let portion: Portion = { rows: [], wanted: new Set() };
  let found = 0;
  for await (const row of hits.rows()) {
    const passages = passagesOf(row);
    portion.rows.push({ row, passages });
    for (const passage of passages) {
      for (const { at } of placesOf(passage, places)) portion.wanted.add(at);
    }
    found += row.hits.length;
    if (found + portion.wanted.size < held) continue;
    yield portion;
    portion = { rows: [], wanted: new Set() };
    found = 0;
  }
  if (portion.rows.length > 0) yield portion;
}

async function chunksAt(
  chunks: RowsInput<Chunk>,
  wanted: ReadonlySet<number>,
): Promise<ReadonlyMap<number, Chunk>> {
  const found = new Map<number, Chunk>();
  if (wanted.size === 0) return found;
  let at = -1;
  for await (const chunk of chunks.rows()) {
    at += 1;
    if (wanted.has(at)) found.set(at, chunk);
    if (found.size === wanted.size) break;
  }
  return found;
}

/**
 * Joins neighbouring chunks of one document, sorted by start. Writes overlaps once. Replaces a gap (mostly blanks) by
 * its line breaks, two at most; without any by a space, or by a blank line if it is longer. Undefined for none.
 */
export function joinedChunk(chunks: readonly Chunk[]): Chunk | undefined {
  const [first, ...others] = chunks;
  if (first === undefined || others.length === 0) return first;
  let { text } = first;
  let { end, lastLine } = first.source;
  let headings = first.headings;
  for (const { text: next, source, headings: own } of others) {
    headings = commonStart(headings, own);
    if (source.end <= end) continue;
    const gap = source.start - end;
    const breaks = Math.min(2, Math.max(0, source.firstLine - lastLine));
    text += gap < 0 ? next.slice(-gap) : `${between(gap, breaks)}${next}`;
    ({ end, lastLine } = source);
  }
  const { context: _context, ...rest } = first;
  const source = { ...first.source, end, lastLine };
  return { ...rest, id: `${first.id}-${end}`, text, headings, source };
}

function between(gap: number, breaks: number): string {
  if (gap === 0) return '';
  if (breaks > 0) return '\n'.repeat(Math.min(gap, breaks));
  return gap === 1 ? ' ' : '\n\n';
}

function commonStart(one: readonly string[], other: readonly string[]): string[] {
  const at = one.findIndex((heading, index) => heading !== other[index]);
  return at === -1 ? [...one] : one.slice(0, at);
}
