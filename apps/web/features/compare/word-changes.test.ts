import { expect, it } from 'vitest';
import { wordChanges, type WordPart } from './word-changes.tsx';

const marked = (parts: readonly WordPart[]): string =>
  parts.map(({ text, changed }) => (changed ? `[${text}]` : text)).join('');

it('marks the words that each side has and the other has not', () => {
  const { before, after } = wordChanges(
    'The kiln is lit at 05:40.',
    'The old kiln is lit at noon.',
  );
  expect(marked(before)).toBe('The kiln is lit at [05:40].');
  expect(marked(after)).toBe('The [old ]kiln is lit at [noon].');
});

it('takes changed words beside each other for one change', () => {
  const { after } = wordChanges('It is so.', 'Nobody ever said so.');
  expect(marked(after)).toBe('[Nobody ever said ]so.');
});

it('gives both texts whole', () => {
  const [a, b] = ['One\n two  three', 'One\n\nfour three '];
  const { before, after } = wordChanges(a, b);
  const whole = (parts: readonly WordPart[]): string => parts.map(({ text }) => text).join('');
  expect([whole(before), whole(after)]).toEqual([a, b]);
});

it('gives up on long texts that have little in common', () => {
  const words = (seed: number): string =>
    Array.from({ length: 20_000 }, (_, at) => String((at * seed) % 9_973)).join(' ');
  const { before } = wordChanges(words(7), words(13));
  expect(before).toHaveLength(1);
});
