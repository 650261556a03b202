import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalAfter, canonicalEncode, hashParts } from './canonical-encode.ts';
import { canonicalJson } from '../base/canonical-json.ts';
import { GraphError } from '../base/errors.ts';

const hex = (value: unknown): string => canonicalEncode(value).toString();

describe('canonicalEncode', () => {
  it.each<[unknown, unknown]>([
    [1, '1'],
    [0, false],
    [null, 'null'],
    [['ab'], ['a', 'b']],
    [
      ['a', ['b']],
      [['a'], 'b'],
    ],
    [{ a: 1, b: 2 }, { a: { b: 2 } }],
    [[], {}],
    ['', []],
    ['\ud800', '\ufffd'],
    [new Uint8Array([1]), [1]],
    [1e21, '1e+21'],
    [0.1 + 0.2, 0.3],
  ])('keeps %j and %j apart', (a, b) => {
    expect(hex(a)).not.toBe(hex(b));
  });

  it.each<[unknown, unknown]>([
    [-0, 0],
    [
      { b: 1, a: [2] },
      { a: [2], b: 1 },
    ],
    [{ a: undefined }, {}],
    [new Float32Array([-0, 1.5]), new Float32Array([0, 1.5])],
  ])('takes %j and %j as equal', (a, b) => {
    expect(hex(a)).toBe(hex(b));
  });

  it.each([
    NaN,
    Infinity,
    undefined,
    [undefined],
    () => 1,
    Symbol('x'),
    1n,
    new Float32Array([NaN]),
  ])('refuses %s', (value) => {
    expect(() => canonicalEncode(value)).toThrow(GraphError);
  });

  it('refuses a value that holds itself', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(() => canonicalEncode(loop)).toThrow(GraphError);
  });

  it('gives the same bytes exactly for equal JSON', () => {
    const json = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' });
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(hex(a) === hex(b)).toBe(canonicalJson(a) === canonicalJson(b));
        expect(hex(structuredClone(a))).toBe(hex(a));
      }),
    );
  });

  it('encodes long text beyond the first buffer', () => {
    const text = 'é'.repeat(100_000);
    expect(canonicalEncode(text).length).toBe(5 + 200_000);
  });
});

describe('canonicalAfter', () => {
  const after = (text: string, value: unknown): string => canonicalAfter(text, value).toString();
  const both = (text: string, value: unknown): string =>
    [...new TextEncoder().encode(text), ...canonicalEncode(value)].toString();

  it('gives a text and what canonicalEncode gives, whatever was encoded before', () => {
    const json = fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' });
    fc.assert(
      fc.property(fc.string(), json, (text, value) => {
        expect(after(text, value)).toBe(both(text, value));
      }),
    );
  });

  it.each([[[1, NaN]], ['é'.repeat(2_000_000)]])(
    'holds nothing of what came before: %#',
    (before) => {
      try {
        canonicalAfter('family', before);
      } catch (error) {
        expect(error).toBeInstanceOf(GraphError);
      }
      expect(after('f', [1])).toBe(both('f', [1]));
    },
  );
});

describe('hashParts', () => {
  it('does not depend on the order of the parts, and on everything else', () => {
    const a = { name: 'a', value: '1' };
    const b = { name: 'b', value: '2' };
    expect(hashParts([a, b])).toBe(hashParts([b, a]));
    expect(hashParts([a])).not.toBe(hashParts([a, b]));
    expect(hashParts([{ name: 'a', value: '1b2' }])).not.toBe(hashParts([a, b]));
    expect(hashParts([a])).toMatch(/^[0-9a-f]{64}$/);
  });
});
