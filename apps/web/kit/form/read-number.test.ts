import { expect, it } from 'vitest';
import { looksLikeSeveral, readNumber, readSeveral } from './read-number.ts';

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

it.each([
  ['128, 256, 512', [128, 256, 512]],
  ['128; 256', [128, 256]],
  ['0,7; 0,9', [0.7, 0.9]],
  ['1,024, 2,048', [1024, 2048]],
  ['0.5, 0.5, x', [0.5, 'x']],
  ['128, ', [128]],
])('reads %j as several', (text, values) => {
  expect(looksLikeSeveral(text)).toBe(true);
  expect(readSeveral(text)).toEqual(values);
});

it.each(['128', '1,024', '0,7', '1 024', '-3', ''])('reads %j as one', (text) => {
  expect(looksLikeSeveral(text)).toBe(false);
});
