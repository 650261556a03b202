import { expect, it } from 'vitest';
import { looksLikeSeveral, readSeveral } from './several-values.ts';

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
