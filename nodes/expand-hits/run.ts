import { type Chunk, type Hit, implement, type QuestionHits, type RowsInput } from '@graft/graph';
import { expandHits } from './node.ts';
import { Passages } from './passages.ts';

export const run = implement(expandHits, async (ctx, { hits, chunks }, { to, window, top }) => {
  const wanted = new Set<string>();
  for await (const row of hits.rows()) {
    for (const { chunk } of row.hits) wanted.add(chunk.source.documentId);
  }
  const byDocument = await chunksOf(chunks, wanted);
  const lost = new Set<string>();

  function expandRow(row: QuestionHits): QuestionHits {
    const passages = new Passages(byDocument, to === 'parents' ? 0 : window);
    for (const hit of row.hits) if (!passages.add(hit)) lost.add(hit.chunk.id);
    const ranked = passages.hits().slice(0, top);
    return { ...row, hits: ranked.map((hit, at): Hit => ({ ...hit, rank: at + 1 })) };
  }

  async function* expanded(): AsyncGenerator<QuestionHits> {
    let done = 0;
    for await (const row of hits.rows()) {
      ctx.signal.throwIfAborted();
      yield expandRow(row);
      done += 1;
      ctx.progress({ done, total: hits.count, unit: 'questions' });
    }
    if (lost.size > 0) {
      ctx.log(
        'warning',
        `${lost.size} ${lost.size === 1 ? 'chunk that was found is' : 'chunks that were found are'} part of none of the chunks that are connected, and handed on as found. Connect chunks of the same documents.`,
      );
    }
  }
  return { hits: expanded() };
});

/** Of those documents only that are wanted, in the order in which they stand in them. */
async function chunksOf(
  chunks: RowsInput<Chunk>,
  wanted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, readonly Chunk[]>> {
  const byDocument = new Map<string, Chunk[]>();
  for await (const chunk of chunks.rows()) {
    const { documentId } = chunk.source;
    if (!wanted.has(documentId)) continue;
    const own = byDocument.get(documentId) ?? [];
    own.push(chunk);
    byDocument.set(documentId, own);
  }
  for (const own of byDocument.values()) own.sort((a, b) => a.source.start - b.source.start);
  return byDocument;
}
