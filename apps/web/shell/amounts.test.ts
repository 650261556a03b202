import { describe, expect, it } from 'vitest';
import { bytes, duration, plural } from './amounts.ts';

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
});
