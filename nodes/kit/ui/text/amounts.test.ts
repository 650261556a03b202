import { describe, expect, it } from 'vitest';
import { bytes, duration, measure, percent, plural, roughly } from './amounts.ts';

describe('amounts', () => {
  it.each([
    [0, '0 ms'],
    [49.6, '50 ms'],
    [140, '0.1 s'],
    [9_949, '9.9 s'],
    [9_960, '10 s'],
    [59_700, '1 min'],
    [125_000, '2 min 5 s'],
    [3_840_000, '1 h 4 min'],
  ])('says %d ms as %s', (ms, text) => expect(duration(ms)).toBe(text));

  it.each([
    [12, '12 bytes'],
    [93_400_000, '93.4 MB'],
    [1_100_000_000, '1.1 GB'],
    [250_000, '250 kB'],
  ])('says %d bytes as %s', (size, text) => expect(bytes(size)).toBe(text));

  it('counts', () => {
    expect(plural(1, 'file')).toBe('1 file');
    expect(plural(1_200, 'file')).toBe('1,200 files');
  });

  it.each([
    [400, '400'],
    [48_210, '48,210'],
    [1_284.25, '1,284.3'],
    [12_345.6, '12,346'],
    [1.28411, '1.284'],
    [-0.012345, '-0.01235'],
    [0.0002, '2.00e-4'],
    [Number.NaN, 'NaN'],
    [-Infinity, '−∞'],
  ])('says a measured %d as %s', (value, text) => expect(measure(value)).toBe(text));

  it.each([
    [0, '0 %'],
    [0.000412, '0.041 %'],
    [0.01815, '1.8 %'],
    [0.335, '34 %'],
    [1, '100 %'],
  ])('says a share of %d as %s', (share, text) => expect(percent(share)).toBe(text));
});

it('writes a measured time as it may be elsewhere', () => {
  expect(roughly(2)).toBe('about 5 seconds');
  expect(roughly(13)).toBe('about 15 seconds');
  expect(roughly(457)).toBe('about 8 minutes');
  expect(roughly(457, { isLeast: true })).toBe('over 7 minutes');
  expect(roughly(2 * 3_600)).toBe('about 2 hours');
});
