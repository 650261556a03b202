import { type Document, GraphError, type SourceFile } from '@graft/graph';
import { columnList, factsOf } from './facts.ts';
import { maxTitle } from './markdown-headings.ts';
import type { TableRow } from './jsonl-rows.ts';

/**
 * A row of a table as a document. Its text is the only text column, or several as `name: value` lines; without text
 * columns, all columns. Of the others, the first with short values become metadata (see `factsOf`); `left` counts those
 * without room.
 */
export function rowDocument(
  { values, row, line }: TableRow,
  file: Pick<SourceFile, 'path'>,
  textColumns: readonly string[],
): { readonly document: Omit<Document, 'mediaType'>; readonly left: number } {
  const missing = textColumns.find((column) => !Object.hasOwn(values, column));
  if (missing !== undefined) {
    throw new GraphError(
      'missing-column',
      `${file.path}, row ${row} (line ${line}) has no column "${missing}"; it has ${columnList(Object.keys(values))}.`,
      { location: { file: file.path, line, param: 'textColumns' } },
    );
  }
  const columns = textColumns.length > 0 ? textColumns : Object.keys(values);
  const only = textColumns.length === 1 ? textColumns[0] : undefined;
  const chosen = new Set(textColumns);
  const { metadata, left } = factsOf(Object.entries(values).filter(([name]) => !chosen.has(name)));
  const title = ['title', 'name', 'Title', 'Name'].map((name) => values[name]).find(isTitle);
  const document = {
    id: `${file.path}:${row}`,
    path: file.path,
    title: title ?? `${file.path.split('/').at(-1) ?? file.path}, row ${row}`,
    text:
      only === undefined
        ? columns
            .filter((name) => !isEmpty(values[name]))
            .map((name) => `${name}: ${asText(values[name])}`)
            .join('\n')
        : asText(values[only]),
    offset: 0,
    line,
    metadata,
  };
  return { document, left };
}

function isTitle(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= maxTitle;
}
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
function asText(value: unknown): string {
  if (isEmpty(value)) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
