import { expect, it } from 'vitest';
import { placesIn, unknownMessage } from './place-extensions.ts';

it('finds names in braces, and takes no braces of code for them', () => {
  const text = 'Q: {question} {"a": {b}} { c } {}';
  expect(placesIn(text).map(({ from, to }) => text.slice(from, to))).toEqual(['{question}', '{b}']);
});

it('says once what is not filled in, and what is', () => {
  const known = ['context', 'question'];
  expect(unknownMessage('{context} {question}', known)).toBeUndefined();
  expect(unknownMessage('{contxt} {contxt} {question}', known)).toBe(
    '{contxt} is not a placeholder here: it stays as written. Placeholders: {context} and {question}.',
  );
  expect(unknownMessage('{a}{b}', [])).toBe(
    '{a} and {b} are not placeholders here: they stay as written. This text has no placeholders.',
  );
});
