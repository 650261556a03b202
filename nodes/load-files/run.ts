import {
  type Document,
  GraphError,
  implementItems,
  ItemFailure,
  type ParamsOf,
  type SourceFile,
} from '@graft/graph';
import { fileKind } from './file-kind.ts';
import { loadFiles } from './node.ts';
import { type ReadOptions, readDocuments } from './read-documents.ts';

/** Bytes. Documents of a larger file are not cached: they are read from the file again whenever they are needed. */
const maxCached = 1024 * 1024;

/** The documents of a small file, or how many a large one has. */
type Payload = { readonly documents: readonly Document[] } | { readonly streamed: number };

export const run = implementItems(loadFiles, {
  async runItems(ctx, batch, _inputs, params): Promise<readonly (Payload | ItemFailure)[]> {
    const payloads: (Payload | ItemFailure)[] = [];
    for (const file of batch) {
      const options = optionsFor(file, params, ctx.signal);
      if (options === undefined) {
        payloads.push({ documents: [] });
        continue;
      }
      try {
        payloads.push(
          await read(file, { ...options, warn: (message) => ctx.log('warning', message) }, (done) =>
            ctx.progress({ done, unit: 'documents', message: file.path }),
          ),
        );
      } catch (error) {
        if (params.unreadable === 'stop' || !(error instanceof GraphError)) throw error;
        payloads.push(new ItemFailure(error.message));
      }
    }
    return payloads;
  },
  async *expand(file, payload, params) {
    if ('documents' in payload) {
      yield* payload.documents;
      return;
    }
    const options = optionsFor(file, params, new AbortController().signal);
    if (options === undefined) return;
    let count = 0;
    for await (const document of readDocuments(file, options)) {
      count += 1;
      yield document;
    }
    if (count !== payload.streamed) {
      throw new GraphError('bad-input', `${file.path} changed while it was read. Run again.`, {
        location: { file: file.path },
      });
    }
  },
  finish(ctx, { items, rows }) {
    if (rows > 0) return;
    const what =
      items === 0
        ? 'The paths name no file.'
        : 'None of the files holds text of the chosen kinds; source code is read where the kind "code" is chosen. A scanned PDF has no text until it went through text recognition.';
    throw new GraphError('bad-input', `The corpus is empty. ${what}`, {
      location: { node: ctx.node, param: 'paths' },
    });
  },
});

function optionsFor(
  file: SourceFile,
  { extensions, encoding, textColumns }: ParamsOf<typeof loadFiles>,
  signal: AbortSignal,
): ReadOptions | undefined {
  const kind = fileKind(file.path);
  if (kind === undefined || !extensions.includes(kind)) return undefined;
  return { kind, encoding, textColumns, signal };
}

async function read(
  file: SourceFile,
  options: ReadOptions,
  progress: (done: number) => void,
): Promise<Payload> {
  const keep = file.size <= maxCached;
  const documents: Document[] = [];
  let count = 0;
  for await (const document of readDocuments(file, options)) {
    count += 1;
    if (keep) documents.push(document);
    if (count % 100 === 0) progress(count);
  }
  return keep ? { documents } : { streamed: count };
}
