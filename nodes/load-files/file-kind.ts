import { languageOf } from './code-languages.ts';
import type { extensions } from './node.ts';

/** A readable kind of file. */
export type FileKind = (typeof extensions)[number];

const endings: Readonly<Record<string, FileKind>> = {
  txt: 'txt',
  text: 'txt',
  md: 'md',
  markdown: 'md',
  html: 'html',
  htm: 'html',
  xhtml: 'html',
  pdf: 'pdf',
  docx: 'docx',
  docm: 'docx',
  epub: 'epub',
  csv: 'csv',
  tsv: 'csv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
};

/** Media type of the file's documents: those with headings are Markdown. */
const mediaTypes: Readonly<Record<Exclude<FileKind, 'code'>, string>> = {
  txt: 'text/plain',
  md: 'text/markdown',
  html: 'text/html',
  pdf: 'application/pdf',
  docx: 'text/markdown',
  epub: 'text/markdown',
  csv: 'text/csv',
  jsonl: 'application/jsonl',
};

/** The kind of a file by its extension; undefined if it is unreadable, or a lock file of an editor. */
export function fileKind(path: string): FileKind | undefined {
  if (/(?:^|\/)~\$[^/]*$/.test(path)) return undefined;
  const ending = endingOf(path);
  const known = Object.hasOwn(endings, ending) ? endings[ending] : undefined;
  return known ?? (languageOf(ending) === undefined ? undefined : 'code');
}

/** For source code, `text/x-` and its language: cutting depends on it. */
export function mediaTypeOf(path: string, kind: FileKind): string {
  return kind === 'code' ? `text/x-${codeLanguage(path)}` : mediaTypes[kind];
}

/** The language of a source file. */
export function codeLanguage(path: string): string {
  return languageOf(endingOf(path)) ?? 'unknown';
}

function endingOf(path: string): string {
  return /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
}
