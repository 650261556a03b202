import { languageOf } from './code-languages.ts';
import type { extensions } from './node.ts';

/** A kind of file that can be read. */
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

/** Of the documents that a file gives: those with headings come as Markdown. */
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

/** The kind of a file by the ending of its name; undefined when it cannot be read, or only says who has another open. */
export function fileKind(path: string): FileKind | undefined {
  if (/(?:^|\/)~\$[^/]*$/.test(path)) return undefined;
  const ending = endingOf(path);
  const known = Object.hasOwn(endings, ending) ? endings[ending] : undefined;
  return known ?? (languageOf(ending) === undefined ? undefined : 'code');
}

/** Of source code, `text/x-` and its language: what cuts documents goes by it. */
export function mediaTypeOf(path: string, kind: FileKind): string {
  return kind === 'code' ? `text/x-${codeLanguage(path)}` : mediaTypes[kind];
}

/** The language of a file of source code. */
export function codeLanguage(path: string): string {
  return languageOf(endingOf(path)) ?? 'unknown';
}

function endingOf(path: string): string {
  return /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
}
