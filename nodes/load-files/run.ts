import {
  type Document,
  GraphError,
  implementItems,
  ItemFailure,
  type ParamsOf,
  plural,
  type RunContext,
  type SourceFile,
} from '@graft/graph';
import { fileKind } from './file-kind.ts';
import { loadFiles } from './node.ts';
import { type ReadOptions, readDocuments } from './read-documents.ts';

/** Bytes. Graft does not cache documents of larger files, but reads them from the file whenever needed. */
const maxCached = 1024 * 1024;

/** Most skipped files to name; further ones are counted. */
const mostNamed = 5;

/** The documents of a small file, or the number of documents of a large one. */
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
        if (!(error instanceof GraphError)) throw error;
        if (params.unreadable === 'stop') throw withWayOn(error);
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
  finish(ctx, { items, rows }, params) {
    if (rows > 0) {
      tellPassedOver(ctx, params);
      return;
    }
    const what =
      items === 0
        ? 'The paths match no file.'
        : 'No file has text of the chosen kinds. For source code, add the kind "code". A scanned PDF has no text before text recognition.';
    throw new GraphError('bad-input', `There are no documents. ${what}`, {
      location: { node: ctx.node, param: 'paths' },
    });
  },
});

/** The error that stops the step, and how to go on without the file. */
function withWayOn(error: GraphError): GraphError {
  const { code, message, location, audience } = error;
  if (code === 'input-changed') return error;
  const way = 'To continue without this file, set “Unreadable files” to skip.';
  return new GraphError(code, `${message} ${way}`, { location, audience, cause: error });
}

/** Names files under the paths that are not read: as a warning if people may expect them to be. */
function tellPassedOver(
  ctx: RunContext,
  { paths, extensions }: Pick<ParamsOf<typeof loadFiles>, 'paths' | 'extensions'>,
): void {
  const files = ctx.sources.flatMap((source) => (source.kind === 'files' ? source.files : []));
  const left = files
    .map(({ path }) => ({ path, kind: fileKind(path) }))
    .filter(({ kind }) => kind === undefined || !extensions.includes(kind));
  const tell = (over: typeof left, level: 'info' | 'warning', why: string): void => {
    if (over.length === 0) return;
    const names = over.slice(0, mostNamed).map(({ path }) => path);
    const more = over.length > mostNamed ? ` and ${over.length - mostNamed} more` : '';
    ctx.log(level, `Skipped ${plural(over.length, 'file')} ${why}: ${names.join(', ')}${more}.`);
  };
  const code = left.filter(({ kind }) => kind === 'code');
  const others = left.filter(({ kind }) => kind !== 'code');
  tell(code, 'warning', 'of source code, because “Kinds” lacks code');
  const isNamed = ({ path }: { readonly path: string }): boolean => paths.includes(path);
  const why = 'of kinds that “Kinds” does not list';
  tell(others.filter(isNamed), 'warning', why);
  tell(
    others.filter((source) => !isNamed(source)),
    'info',
    why,
  );
}

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
