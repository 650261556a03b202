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
  csv: 'csv',
  tsv: 'csv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
};

export const mediaTypes: Readonly<Record<FileKind, string>> = {
  txt: 'text/plain',
  md: 'text/markdown',
  html: 'text/html',
  pdf: 'application/pdf',
  csv: 'text/csv',
  jsonl: 'application/jsonl',
};

/** The kind of a file by the ending of its name; undefined when it cannot be read. */
export function fileKind(path: string): FileKind | undefined {
  return endings[/\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? ''];
}
