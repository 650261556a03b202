import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileKeyer, rowKeyer, decodePayload, encodePayload } from './stored-item.ts';

describe('the key of a row', () => {
  const key = rowKeyer('family', undefined);

  it('tells values apart that look alike', () => {
    const rows = [1, '1', true, null, ['ab'], ['a', 'b'], { a: 'b' }, ['a', ['b']], [], {}, ''];
    expect(new Set(rows.map((row) => key({ row }))).size).toBe(rows.length);
  });

  it('is the same for equal rows, whatever the order of their fields', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (row) => {
        const turned = Object.fromEntries(Object.entries(row).reverse());
        expect(key(turned)).toBe(key(row));
      }),
    );
  });

  it('depends on the named fields and the family only', () => {
    const text = rowKeyer('family', ['question.text']);
    const row = { id: '1', question: { text: 'a', more: 1 } };
    expect(text({ ...row, id: '2', question: { text: 'a', more: 2 } })).toBe(text(row));
    expect(text({ question: { text: 'b' } })).not.toBe(text(row));
    expect(rowKeyer('other', ['question.text'])(row)).not.toBe(text(row));
  });

  it('may depend on the length of a list', () => {
    const key = rowKeyer('family', ['text', 'passages.length']);
    const row = { text: 'a', passages: [1, 2] };
    expect(key({ ...row, passages: [3, 4] })).toBe(key(row));
    expect(key({ ...row, passages: [] })).not.toBe(key(row));
  });

  it('of a file is of its path and bytes', () => {
    const file = { path: 'a.txt', digest: 'd' };
    const files = fileKeyer('family');
    expect(files({ ...file })).toBe(files(file));
    expect(files({ ...file, path: 'b.txt' })).not.toBe(files(file));
    expect(files({ ...file, digest: 'e' })).not.toBe(files(file));
  });
});

describe('a payload', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.float32Array()), (payload) => {
        const stored = encodePayload(payload);
        // Read from somewhere within a larger block, at any alignment.
        const block = Buffer.concat([Buffer.from('odd'), stored]).subarray(3);
        const expected: unknown =
          payload instanceof Float32Array ? payload : JSON.parse(JSON.stringify(payload));
        expect(decodePayload(block)).toEqual(expected);
      }),
    );
  });

  it('that is neither JSON nor floats is refused', () => {
    expect(() => encodePayload(undefined)).toThrow('neither JSON');
    expect(() => decodePayload(Buffer.from('????'))).toThrow('neither JSON');
  });
});
