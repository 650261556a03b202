import { expect, it } from 'vitest';
import {
  addRow,
  changeOf,
  changesText,
  deleteRow,
  duplicateRow,
  readRows,
  rowOf,
  textOfRows,
  withLine,
  type Edited,
} from './edited-rows.ts';

const text = '{"id":"a", "big": 12345678901234567890}\r\n\n{"id":"b","q":"Who?"}\n{"id":"b-2"}\n';
const file = (): Edited => readRows(text);
const show = (edited: Edited, at: number): Edited => ({
  ...edited,
  shown: edited.rows[at]?.key ?? -1,
});

it('writes back the very bytes of lines that nobody touched, blank ones too', () => {
  expect(textOfRows(file())).toBe(text);
  expect(changesText(file())).toBeUndefined();
  const edited = withLine(show(file(), 1), '{"id":"b","q":"Whose?"}');
  expect(textOfRows(edited)).toBe(text.replace('Who?', 'Whose?'));
  expect(changesText(edited)).toBe('1 row changed');
});

it('ends the last line, which may lack its end', () => {
  expect(textOfRows(readRows('{"a":1}'))).toBe('{"a":1}\n');
});

it('takes a row that says the same again for unchanged', () => {
  const spaced = readRows('{ "q" : "x" }\n');
  const edited = withLine(spaced, '{"q":"y"}');
  expect(changesText(edited)).toBe('1 row changed');
  expect(textOfRows(withLine(edited, '{"q":"x"}'))).toBe('{ "q" : "x" }\n');
});

it('adds behind the shown row, and shows what was added', () => {
  const edited = addRow(file(), '{"q":""}');
  expect(edited.rows.map(({ line }) => line)[1]).toBe('{"q":""}');
  expect(rowOf(edited)?.line).toBe('{"q":""}');
  expect(changesText(edited)).toBe('1 row added');
});

it('gives a copy an id that no row has', () => {
  expect(rowOf(duplicateRow(show(file(), 1)))?.line).toBe('{"id":"b-3","q":"Who?"}');
  expect(rowOf(duplicateRow(readRows('{"q":1}')))?.line).toBe('{"q":1}');
});

it('marks what is deleted, takes it back, and drops what was added', () => {
  const deleted = deleteRow(show(file(), 1));
  expect(deleted.rows.map(changeOf)).toEqual([undefined, 'deleted', undefined]);
  expect(rowOf(deleted)?.line).toBe('{"id":"b-2"}');
  expect(textOfRows(deleted)).toBe(`${text.split('\n')[0] ?? ''}\n{"id":"b-2"}\n`);
  expect(textOfRows(deleteRow(show(deleted, 1)))).toBe(text);
  const added = addRow(file(), '{}');
  expect(deleteRow(added).rows).toHaveLength(3);
  expect(changesText(deleteRow(withLine(show(added, 2), '{"id":"c"}')))).toBe(
    '1 row added, 1 deleted',
  );
});

it('shows nothing more where the last row is gone', () => {
  const none = deleteRow(readRows('{"a":1}'));
  expect(textOfRows(none)).toBe('');
  expect(rowOf(none)?.deleted).toBe(true);
});
