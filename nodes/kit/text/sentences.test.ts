import { expect, it } from 'vitest';
import { contentWords } from './content-words.ts';
import { sentences } from './sentences.ts';
import { estimateTokens, tokenStarts } from './token-estimate.ts';

it('parts sentences at their ends, not at abbreviations, initials, numbers or list marks', () => {
  expect(
    sentences(
      'Dr. Wren lit no. 7 at 5.40 a.m. sharp. "Why?" she asked. J. S. Bach, e.g. fugues!\n\nNext\n1. item one. 窯は熱い。次。',
    ),
  ).toEqual([
    'Dr. Wren lit no. 7 at 5.40 a.m. sharp.',
    '"Why?"',
    'she asked.',
    'J. S. Bach, e.g. fugues!',
    'Next\n1. item one.',
    '窯は熱い。',
    '次。',
  ]);
});

it('keeps the words that carry content, endings gone', () => {
  expect(contentWords('The Kilns were lit at 05:40, costing £1,250.00; glass berries.')).toEqual([
    'kiln',
    'lit',
    '05:40',
    'costing',
    '1250',
    'glass',
    'berry',
  ]);
});

it('counts tokens as its rule says, and finds where they start', () => {
  expect(estimateTokens('The eastern kiln')).toBe(3);
  expect(estimateTokens('reduction')).toBe(2);
  expect(estimateTokens('窯は1988.\n\n')).toBe(8);
  expect([...tokenStarts('a reduction.')]).toEqual([0, 2, 9, 11]);
});
