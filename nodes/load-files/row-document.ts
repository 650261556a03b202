import { type Document, GraphError, type Metadata, type ResolvedFile } from '@graft/graph';
import type { TableRow } from '../kit/text/table-rows.ts';

/** Longer values are text, not facts to filter on. */
const MAX_FACT = 256;

/**
 * A row of a table as a document. Its text is the text columns, one alone as it is, several as
 * `name: value` lines; without any, all columns. Scalar columns that are not text columns become metadata.
 */
export function rowDocument(
  { values, row, line }: TableRow,
  file: ResolvedFile,
  textColumns: readonly string[],
): Omit<Document, 'mediaType'> {
  const missing = textColumns.find((column) => !(column in values));
  if (missing !== undefined) {
    throw new GraphError(
      'bad-input',
      `${file.path}, row ${row} (line ${line}) has no column "${missing}"; it has ${Object.keys(values).join(', ')}.`,
      { location: { file: file.path, line, param: 'textColumns' } },
    );
  }
  const columns = textColumns.length > 0 ? textColumns : Object.keys(values);
  const only = textColumns.length === 1 ? textColumns[0] : undefined;
  const metadata: Metadata = {};
  for (const [name, value] of Object.entries(values)) {
    if (!textColumns.includes(name) && isFact(value)) metadata[name] = value;
  }
  const title = ['title', 'name', 'Title', 'Name'].map((name) => values[name]).find(isTitle);
  return {
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
}

function isFact(value: unknown): value is string | number | boolean | null {
  if (typeof value === 'string') return value.length <= MAX_FACT;
  return typeof value === 'number' || typeof value === 'boolean' || value === null;
}
function isTitle(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= MAX_FACT;
}
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
function asText(value: unknown): string {
  if (isEmpty(value)) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
