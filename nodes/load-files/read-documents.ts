import { type Document, type Metadata, type SourceFile, plural, GraphError } from '@graft/graph';
import type { TextEncoding } from '../kit/text/decode-text.ts';
import { fileText, tableRows } from '../kit/text/table-rows.ts';
import { codeLanguage, type FileKind, mediaTypeOf } from './file-kind.ts';
import { markdownHeadings, shortTitle } from '../kit/text/markdown-headings.ts';
import { readHtml } from '../kit/text/read-html.ts';
import { factsOf, type Fact } from '../kit/text/facts.ts';
import { type ReadDocument, readDocx } from './read-docx.ts';
import { readEpub } from './read-epub.ts';
import { readPdf } from './read-pdf.ts';
import { rowDocument } from '../kit/text/row-document.ts';
import { splitParts, type TextPart } from '../kit/text/split-parts.ts';

/** Bytes; a page is parsed as a whole. */
const maxHtml = 64 * 1024 * 1024;

export interface ReadOptions {
  readonly kind: FileKind;
  readonly encoding: TextEncoding;
  readonly textColumns: readonly string[];
  readonly signal: AbortSignal;
  readonly warn?: (message: string) => void;
}

/**
 * Streams the documents of a file, without empty ones: of plain text, markdown and tables, memory holds at most about
 * two parts or rows. The same bytes always give the same documents.
 */
export async function* readDocuments(
  file: SourceFile,
  options: ReadOptions,
): AsyncGenerator<Document> {
  const mediaType = mediaTypeOf(file.path, options.kind);
  for await (const document of documentsOf(file, options)) {
    options.signal.throwIfAborted();
    if (document.text.trim() !== '') yield { ...document, mediaType };
  }
}

function documentsOf(
  file: SourceFile,
  options: ReadOptions,
): AsyncGenerator<Omit<Document, 'mediaType'>> {
  switch (options.kind) {
    case 'csv':
    case 'jsonl':
      return rows(file, options);
    case 'html':
      return page(file, options);
    case 'pdf':
      return pdf(file, options);
    case 'docx':
      return book(file, readDocx(file, options.signal));
    case 'epub':
      return book(file, readEpub(file, options.signal));
    case 'code':
      return code(file, options);
    case 'md':
    case 'txt':
      return text(file, options);
  }
}

async function* text(file: SourceFile, options: ReadOptions) {
  let title = nameOf(file.path);
  let metadata: Metadata = {};
  for await (const part of splitParts(fileText(file, options.encoding))) {
    if (part.offset > 0 || options.kind === 'txt') {
      yield partOf(file, part, { title, metadata });
      continue;
    }
    const front = frontMatter(part.text);
    metadata = front.metadata;
    const stated = metadata['title'];
    const body = part.text.slice(front.length);
    title = typeof stated === 'string' ? stated : (firstHeading(body) ?? title);
    const line = part.text.slice(0, front.length).split('\n').length;
    yield partOf(file, { ...part, text: body, offset: front.length, line }, { title, metadata });
  }
}

async function* page(file: SourceFile, options: ReadOptions) {
  if (file.size > maxHtml) {
    throw new GraphError('too-large', `${file.path} has more than 64 MiB. Split the page.`, {
      location: { file: file.path },
    });
  }
  let html = '';
  for await (const piece of fileText(file, options.encoding)) html += piece;
  const read = await readHtml(html);
  const title = read.title === '' ? nameOf(file.path) : read.title;
  for await (const part of splitParts([read.text]))
    yield partOf(file, part, { title, metadata: {} });
}

async function* pdf(file: SourceFile, options: ReadOptions) {
  const read = await readPdf(file, options.signal);
  const title = read.title === '' ? nameOf(file.path) : read.title;
  const metadata = { pages: read.pages };
  for await (const part of splitParts([read.text])) yield partOf(file, part, { title, metadata });
}

async function* book(file: SourceFile, reading: Promise<ReadDocument>) {
  const read = await reading;
  const title = read.title === '' ? nameOf(file.path) : read.title;
  const { metadata } = factsOf(Object.entries(read.facts));
  for await (const part of splitParts([read.text])) yield partOf(file, part, { title, metadata });
}

/** Source code unchanged. Throws `damaged-file` for a file that is not code, whatever its name. */
async function* code(file: SourceFile, options: ReadOptions) {
  const title = nameOf(file.path);
  const metadata = { language: codeLanguage(file.path) };
  for await (const part of splitParts(withoutNulls(file, fileText(file, options.encoding)))) {
    yield partOf(file, part, { title, metadata });
  }
}

async function* withoutNulls({ path }: SourceFile, text: AsyncIterable<string>) {
  for await (const piece of text) {
    if (piece.includes('\0')) {
      throw new GraphError(
        'damaged-file',
        `${path} is named like source code, but holds binary data. Remove it from the files.`,
        { location: { file: path, param: 'paths' } },
      );
    }
    yield piece;
  }
}

async function* rows(file: SourceFile, options: ReadOptions) {
  let isReported = false;
  for await (const row of tableRows(file, options.encoding)) {
    const { document, left } = rowDocument(row, file, options.textColumns);
    if (left > 0 && !isReported) {
      isReported = true;
      options.warn?.(
        `${file.path} has too many columns for the metadata: of row ${row.row} the text alone holds ${plural(left, 'column')}.`,
      );
    }
    yield document;
  }
}

/** Part 0 has the path as its id, part n `path#n`. */
function partOf(
  { path }: SourceFile,
  { text, offset, line, number }: TextPart,
  { title, metadata }: { readonly title: string; readonly metadata: Metadata },
): Omit<Document, 'mediaType'> {
  return {
    id: number === 0 ? path : `${path}#${number}`,
    path,
    text,
    offset,
    line,
    title: shortTitle(title),
    metadata,
  };
}

/** The first heading of a markdown text, without its marks. */
function firstHeading(text: string): string | undefined {
  return markdownHeadings(text.slice(0, 65_536)).find(({ title }) => title !== '')?.title;
}

function nameOf(path: string): string {
  return path.split('/').at(-1) ?? path;
}

interface FrontMatter {
  readonly metadata: Metadata;
  /** Code units of the front matter, with its fences and following blank lines; 0 without one. */
  readonly length: number;
}

/**
 * Reads the `---` block at the head of a markdown text: its `name: value` lines become metadata. Keeps nested values
 * and lists as written, without long ones; evaluates nothing.
 */
export function frontMatter(text: string): FrontMatter {
  const found = /^---[ \t]*\r?\n([\s\S]{0,65536}?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n\s*|$)/.exec(
    text,
  );
  if (found === null) return { metadata: {}, length: 0 };
  const named = new Map<string, Fact>();
  for (const line of (found[1] ?? '').split('\n')) {
    const start = /^([\p{L}\p{N}_-]+)[ \t]*:/u.exec(line);
    const value = start === null ? '' : line.slice(start[0].length).trim();
    if (value !== '') named.set(start?.[1] ?? '', scalar(value));
  }
  // A thematic break followed by prose and another break is not front matter.
  if (named.size === 0) return { metadata: {}, length: 0 };
  return { metadata: factsOf(named).metadata, length: found[0].length };
}

function scalar(value: string): Fact {
  const quoted = /^(['"])(.*)\1$/.exec(value)?.[2];
  if (quoted !== undefined) return quoted;
  if (/^-?\d+(\.\d+)?$/.test(value) && !/^-?0\d/.test(value)) return Number(value);
  if (value === 'true' || value === 'false') return value === 'true';
  return value === 'null' || value === '~' ? null : value;
}
