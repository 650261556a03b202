import { expect, it } from 'vitest';
import { rowBeginnings } from './artifacts.ts';

it('cuts long texts and tells how long they are', () => {
  const rows = [{ id: 'a', text: 'short' }, { id: 'b', text: 'a long one' }, 'a plain text', null];
  expect(rowBeginnings(rows, 6)).toEqual({
    rows: [rows[0], { id: 'b', text: 'a long' }, rows[2], null],
    cut: [{ at: 1, characters: 10 }],
  });
  expect(rowBeginnings(rows)).toEqual({ rows, cut: [] });
});
