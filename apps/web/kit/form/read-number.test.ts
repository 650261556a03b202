import { expect, it } from 'vitest';
import { readNumber } from './read-number.ts';

it.each([
  ['512', 512],
  [' 1,024 ', 1024],
  ['1 024', 1024],
  ['0,7', 0.7],
  ['-3', -3],
  ['1e-5', 1e-5],
  ['.5', 0.5],
  ['', undefined],
  ['12 tokens', undefined],
  ['0x10', undefined],
  ['Infinity', undefined],
])('reads %j', (text, number) => expect(readNumber(text)).toBe(number));
