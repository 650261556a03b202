import { expect, it } from 'vitest';
import { abstains } from './abstention.ts';

it.each([
  'The handbook does not say.',
  "The handbook doesn't say who painted it.",
  'The provided passages do not contain the price [1].',
  'The passages don’t mention\n it.',
  'There is no information about the door in the passages.',
  'It is not stated.',
  "I don't know.",
  'I can’t find this in the documents.',
  'This question cannot be answered.',
])('an abstention: %s', (text) => {
  expect(abstains(text)).toBe(true);
});

it.each([
  'The handbook does say so.',
  'Nothing is said at the door.',
  'The price does not include postage.',
  'Refunds are not given.',
  'No, cameras are not allowed.',
  'Nobody.',
  'Say nothing.',
  '',
])('an answer: %s', (text) => {
  expect(abstains(text)).toBe(false);
});

// With the square of its length it would take minutes.
it('reads a long hostile text to its end', () => {
  const long = `${'passages '.repeat(20_000)}${'does not '.repeat(20_000)}${"n't".repeat(20_000)}${' '.repeat(20_000)}`;
  expect(abstains(long)).toBe(false);
});
