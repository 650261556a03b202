import { expect, it } from 'vitest';
import { likeness, SketchIndex, sketchOf, wordPairs } from './word-pair-sketch.ts';

const sketch = (text: string) => sketchOf(wordPairs(text));
const like = (one: string, other: string): number => likeness(sketch(one), sketch(other));

it('tells the share of word pairs that two texts have in common', () => {
  expect(like('When is the Kiln lit?', 'when is the kiln: lit')).toBe(1);
  // Four pairs each, of which three are the same: 3 of 5.
  expect(like('when is the kiln lit', 'when is the kiln cold')).toBe(0.6);
  expect(like('when is the kiln lit', 'who keeps all of those')).toBe(0);
  expect([like('kiln', 'Kiln'), like('kiln', 'clay'), like('', ''), like('…', 'kiln')]).toEqual([
    ...[1, 0, 0, 0],
  ]);
});

it('tells it of long texts to about a tenth', () => {
  const words = (from: number, to: number): string =>
    Array.from({ length: to - from }, (_, at) => `word${String(from + at)}`).join(' ');
  // 400 of 599 pairs in common.
  expect(Math.abs(like(words(0, 500), words(100, 600)) - 2 / 3)).toBeLessThan(0.2);
});

it('looks at few of many, and not under another label', () => {
  const index = new SketchIndex<string>();
  for (let at = 0; at < 5000; at += 1) {
    const text = `does room ${String(at)} of the works have ${String(at)} doors`;
    index.add(sketch(text), text, 'a');
  }
  const wanted = 'does room 4999 of the works have 4999 doors';
  const found = index.candidates(sketch(wanted), 'a');
  expect(found).toContain(wanted);
  expect(found.length).toBeLessThan(1025);
  expect(index.candidates(sketch(wanted), 'b')).toEqual([]);
});
