import { describe, expect, it } from 'vitest';
import { formatBytes, formatDuration, parseBytes, parseTimeSpan } from './quantity.ts';

describe('quantities', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [98_362_432, '98.4 MB'],
    [2.5e12, '2.5 TB'],
    [3e15, '3000.0 TB'],
  ])('writes %d bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [0.4, '0 ms'],
    [999, '999 ms'],
    [1249, '1.2 s'],
    [184_000, '3 min 04 s'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it.each([
    ['500MB', 500e6],
    ['1.5 gb', 1.5e9],
    ['42', 42],
    ['0', 0],
    ['2 GiB', undefined],
    ['-1MB', undefined],
    ['', undefined],
  ])('reads %j', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it.each([
    ['30d', 30 * 86_400_000],
    ['1.5 h', 5_400_000],
    ['90M', 5_400_000],
    ['45s', 45_000],
    ['30', undefined],
    ['-1d', undefined],
  ])('reads the time span %j', (text, ms) => {
    expect(parseTimeSpan(text)).toBe(ms);
  });
});
