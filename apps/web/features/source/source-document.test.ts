import type { Document, Span } from '@graft/graph';
import { expect, it } from 'vitest';
import { sourceLines } from './source-document.ts';

const text = 'one two\n\nthree four\nfive';
const document: Document = {
  id: 'a.md',
  path: 'a.md',
  mediaType: 'text/markdown',
  title: 'A',
  text,
  offset: 0,
  line: 1,
  metadata: {},
};
const span = (start: number, end: number): Span => ({
  documentId: 'a.md',
  path: 'a.md',
  title: 'A',
  start,
  end,
  firstLine: 1,
  lastLine: 3,
});

it('cuts the lines where the span begins and ends', () => {
  expect(sourceLines(document, span(4, 14))).toEqual([
    { number: 1, before: 'one ', marked: 'two', after: '' },
    { number: 2, before: '', marked: '', after: '' },
    { number: 3, before: '', marked: 'three', after: ' four' },
    { number: 4, before: '', marked: '', after: 'five' },
  ]);
});

it('marks exactly the span, of a part of a document too', () => {
  const part = { ...document, id: 'a.md#1', offset: 1_000, line: 41 };
  const lines = sourceLines(part, span(1_009, 1_024));
  expect(lines.map(({ marked }) => marked).join('\n')).toBe(`\n\n${text.slice(9, 24)}`);
  expect(lines.map(({ number }) => number)).toEqual([41, 42, 43, 44]);
});
