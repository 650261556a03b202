import { describe, expect, it } from 'vitest';
import { oneLine, painter, table } from './terminal.ts';

describe('terminal text', () => {
  it('cuts a text to one line', () => {
    expect(oneLine('  two\n lines  ', 20)).toBe('two lines');
    expect(oneLine('abcdef', 4)).toBe('abc…');
    expect(oneLine('abcdef', 0)).toBe('…');
  });

  it('paints on terminals only', () => {
    expect(painter({ isTTY: false })('red', 'x')).toBe('x');
    expect(painter({})('red', 'x')).toBe('x');
  });

  it('sets rows in columns', () => {
    const rows = [
      ['a', '1', 'x'],
      ['long', '100', ''],
    ];
    expect(table(rows, [1])).toBe('a       1  x\nlong  100');
  });
});
