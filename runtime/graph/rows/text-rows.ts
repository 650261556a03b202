import { GraphError } from '../base/errors.ts';
import { portPhrase, type PortType } from './port-type.ts';
import { RowIds } from './row-ids.ts';
import { rowOfType } from './file-rows.ts';

/**
 * Reads and checks rows from a text: JSON Lines if its first line is an object, else as the port type defines. A row
 * without an id gets one from its content, so that equal rows share results. Throws `bad-input` for a type that has no
 * text form (a folder, vectors), and `bad-row` with the line.
 */
export function rowsOfText(type: PortType, text: string): readonly unknown[] {
  if (type.encoding !== 'jsonl') {
    const what = type.encoding === 'tree' ? 'a folder' : 'vectors';
    throw new GraphError(
      'bad-input',
      `Text cannot become ${portPhrase(type)}, which is ${what}. Connect a node that makes it.`,
    );
  }
  const first = text.trimStart();
  if (first.startsWith('{') || type.fromText === undefined) return jsonRows(type, text);
  const rows = type.fromText(text).map((row) => checked(type, row, undefined));
  if (rows.length === 0)
    throw new GraphError('bad-input', `The text gives no ${type.unit ?? type.id}.`);
  return withOwnIds(rows);
}

function jsonRows(type: PortType, text: string): readonly unknown[] {
  const rows = text.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return [];
    return [checked(type, parsed(line, at + 1, type), at + 1)];
  });
  if (rows.length === 0)
    throw new GraphError('bad-input', `The text gives no ${type.unit ?? type.id}.`);
  return withOwnIds(rows);
}

function parsed(text: string, line: number, type: PortType): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new GraphError(
      'bad-row',
      `Line ${line} is not valid JSON: ${why}. Give ${type.id} as JSON Lines, one object per line.`,
      { location: { line }, cause },
    );
  }
}

function checked(type: PortType, row: unknown, line: number | undefined): unknown {
  return rowOfType({ type, written: 0 }, row, {
    subject: line === undefined ? 'The text' : `Line ${line}`,
    location: line === undefined ? {} : { line },
  });
}

function withOwnIds(rows: readonly unknown[]): readonly unknown[] {
  const ids = new RowIds();
  return rows.map((row) => ids.ownRow(row));
}
