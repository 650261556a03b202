import { expect, it } from 'vitest';
import { Items, Side } from './aligned-items.ts';

class CountedItems extends Items {
  looks = 0;

  override find(id: string): number | undefined {
    this.looks += 1;
    return super.find(id);
  }
}

it('numbers rows of one id without looking through all of them each time', () => {
  const items = new CountedItems();
  const side = new Side(items);
  const count = 2_000;
  for (let row = 0; row < count; row++) side.add('q', { row, mark: '' });
  expect(items.ids.slice(0, 3)).toEqual(['q', 'q (2)', 'q (3)']);
  expect(items.ids).toHaveLength(count);
  expect(items.looks).toBeLessThan(5 * count);
});

it('gives an id that a number has led to another number', () => {
  const items = new Items();
  const [one, other] = [new Side(items), new Side(items)];
  for (const [row, id] of ['a', 'a', 'a (2)', 'a'].entries()) one.add(id, { row, mark: '' });
  expect(items.ids).toEqual(['a', 'a (2)', 'a (2) (2)', 'a (3)']);
  other.add('a (2)', { row: 7, mark: '' });
  expect([one.rowOf(1), other.rowOf(1), other.rowOf(0)]).toEqual([1, 7, -1]);
});
