import {
  type Chunk,
  type Document,
  GraphError,
  implement,
  type RowsInput,
  type RunContext,
} from '@graft/graph';
import { tellTokens } from '../kit/asking/ask-model.ts';
import { contextualize } from './node.ts';
import { sentenceWriter } from './sentence-writer.ts';

/** Chunks of one portion: enough to keep the model busy. */
const atOnce = 64;

export const run = implement(contextualize, async (ctx, inputs, params) => {
  const { chunks } = inputs;
  if (params.method === 'headings') return { chunks: withHeadings(chunks) };
  const { model, documents } = inputs;
  if (model === undefined || documents === undefined) {
    const port = model === undefined ? 'model' : 'documents';
    throw new GraphError(
      'bad-input',
      `The method language-model needs a model and the documents. Connect ${port === 'model' ? 'a Base model or a Remote model' : 'the documents that the chunks were cut from'}, or choose the method headings.`,
      { location: { node: ctx.node, port } },
    );
  }
  const texts = await textsOf(documents, params.characters);
  const write = await sentenceWriter(ctx, { model, params });
  return { chunks: withSentences(ctx, chunks, { texts, write }) };
});

async function* withHeadings(chunks: RowsInput<Chunk>): AsyncGenerator<Chunk> {
  for await (const chunk of chunks.rows()) yield withContext(chunk, headingsOf(chunk));
}

interface Writing {
  readonly texts: ReadonlyMap<string, string>;
  readonly write: (id: string, document: string, chunk: string) => Promise<string | undefined>;
}

async function* withSentences(
  ctx: RunContext,
  chunks: RowsInput<Chunk>,
  { texts, write }: Writing,
): AsyncGenerator<Chunk> {
  let done = 0;
  let without = 0;
  let apart = 0;
  for await (const batch of portions(chunks.rows())) {
    ctx.signal.throwIfAborted();
    const sentences = await Promise.all(
      batch.map(({ id, text, source }) => write(id, texts.get(source.documentId) ?? text, text)),
    );
    for (const [at, chunk] of batch.entries()) {
      if (!texts.has(chunk.source.documentId)) apart += 1;
      const sentence = sentences[at];
      if (sentence === undefined) without += 1;
      const parts = [headingsOf(chunk), sentence ?? ''].filter((part) => part !== '');
      yield withContext(chunk, parts.join('\n'));
    }
    done += batch.length;
    ctx.progress({ done, total: chunks.count, unit: 'chunks' });
  }
  tellTokens(ctx);
  if (apart > 0) {
    ctx.log(
      'warning',
      `${apart} of ${done} chunks come from documents that are not connected. The model saw only the chunk itself. Connect the documents that the chunks were cut from.`,
    );
  }
  if (without > 0) {
    ctx.log(
      'warning',
      `${without} of ${done} chunks have no sentence, only title and headings: the prompt did not fit, or the model wrote nothing. Raise the context length, or lower the characters of the document.`,
    );
  }
}

async function* portions(rows: AsyncIterable<Chunk>): AsyncGenerator<Chunk[]> {
  let batch: Chunk[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < atOnce) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** The beginnings of the documents, by id. */
async function textsOf(
  documents: RowsInput<Document>,
  characters: number,
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for await (const { id, text } of documents.rows())
    texts.set(id, copied(text.slice(0, characters)));
  return texts;
}

/** Copies the text: a substring would keep the whole string in memory. */
function copied(text: string): string {
  return structuredClone(text);
}

/** `Staff handbook › Kilns › Eastern kiln`, without repetitions and without the beginning of the text. */
function headingsOf({ text, headings, source }: Chunk): string {
  const [first = ''] = text.split('\n', 1);
  const begin = plain(first);
  const path = [source.title, ...headings].filter(
    (heading, at, all) =>
      heading.trim() !== '' && all.findIndex((other) => plain(other) === plain(heading)) === at,
  );
  return path.filter((heading) => plain(heading) !== begin).join(' › ');
}

function plain(line: string): string {
  return line
    .replace(/^#{1,6}\s+/, '')
    .trim()
    .toLowerCase();
}

function withContext({ context: _before, ...chunk }: Chunk, context: string): Chunk {
  return context === '' ? chunk : { ...chunk, context };
}
