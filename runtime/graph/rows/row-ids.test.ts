import { expect, it } from 'vitest';
import { RowIds, withContentId } from './row-ids.ts';

it('numbers ids that come again, past those that are taken', () => {
  const ids = new RowIds();
  expect(['a', 'a-2', 'a', 'a', 'b'].map((id) => ids.own(id))).toEqual([
    'a',
    'a-2',
    'a-3',
    'a-4',
    'b',
  ]);
  expect(ids.ownRow({ id: 'b', text: 'x' })).toEqual({ id: 'b-2', text: 'x' });
  expect(ids.ownRow({ text: 'x' })).toEqual({ text: 'x' });
});

it('numbers any number of equal ids without looking at each again', () => {
  const ids = new RowIds();
  const many = Array.from({ length: 300_000 }, () => ids.own('a'));
  expect(many.at(-1)).toBe('a-300000');
});

it('names a row by its content, whatever the order of its fields', () => {
  const [one, other] = [withContentId({ a: 1, b: 2 }), withContentId({ b: 2, a: 1 })];
  expect(one).toMatchObject({ id: expect.stringMatching(/^[0-9a-f]{16}$/) });
  expect(other).toEqual(one);
  expect(withContentId({ id: 7 })).toEqual({ id: 7 });
});
