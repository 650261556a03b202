import { expect, it } from 'vitest';
import { ItemWindow } from './item-window.ts';

/** How many of the same row fill a window. */
function rowsOf(row: unknown): number {
  const window = new ItemWindow();
  while (!window.isFull) window.add({ key: 'k', row });
  const { length } = window;
  expect(window.empty()).toHaveLength(length);
  expect(window).toMatchObject({ length: 0, isFull: false });
  return length;
}

it('is full with so many rows, or with fewer where they are large', () => {
  expect(rowsOf({ id: 'a', question: 'Why?' })).toBe(4096);
  const text = 'x'.repeat(2 ** 20);
  expect(rowsOf({ id: 'a', text })).toBe(32);
  expect(rowsOf({ hits: [{ chunk: { text } }, { chunk: { text } }] })).toBe(16);
  expect(rowsOf({ vector: new Float32Array(2 ** 18), page: null })).toBe(32);
  // A page of many words.
  expect(rowsOf({ words: Array.from({ length: 2 ** 17 }, () => 1) })).toBe(32);
});
