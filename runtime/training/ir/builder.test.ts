import { GraphError } from '@graft/graph';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Builder } from './builder.ts';
import { broadcastShapes, sizeOf } from './shape.ts';

const axis = fc.integer({ min: 1, max: 5 });
const shape = fc.array(axis, { minLength: 0, maxLength: 4 });

describe('shapes', () => {
  it('names the op and both shapes of a matmul that does not fit', () => {
    const b = new Builder();
    const x = b.input('x', { shape: [2, 3] });
    const y = b.input('y', { shape: [4, 5] });
    expect(() => b.matmul(x, y)).toThrow(/matmul\(\[2, 3\], \[4, 5\]\): inner axes 3 and 4 differ/);
    expect(() => b.matmul(x, y)).toThrow(GraphError);
  });

  it.each([
    ['slice', (b: Builder) => b.slice(b.input('x', { shape: [3] }), { axis: 0, start: 1, end: 4 })],
    ['reshape', (b: Builder) => b.reshape(b.input('x', { shape: [3] }), [2])],
    ['transpose', (b: Builder) => b.transpose(b.input('x', { shape: [3, 2] }), [0, 0])],
    ['add', (b: Builder) => b.add(b.input('x', { shape: [3] }), b.input('y', { shape: [2] }))],
    ['broadcast', (b: Builder) => b.broadcast(b.input('x', { shape: [3] }), [3, 1])],
    [
      'concat',
      (b: Builder) =>
        b.concat([b.input('x', { shape: [3, 1] }), b.input('y', { shape: [2, 2] })], 1),
    ],
    [
      'gatherLast',
      (b: Builder) =>
        b.gatherLast(b.input('x', { shape: [3, 4] }), b.input('i', { shape: [4], dtype: 'i32' })),
    ],
    ['reduceSum', (b: Builder) => b.reduceSum(b.input('x', { shape: [3] }), [1])],
    ['exp', (b: Builder) => b.exp(b.input('i', { shape: [3], dtype: 'i32' }))],
  ])('%s refuses what does not fit, by name', (op, build) => {
    expect(() => build(new Builder())).toThrow(new RegExp(`^${op}\\(`));
  });

  it('broadcasting is symmetric, and widening is idempotent', () => {
    fc.assert(
      fc.property(shape, shape, (left, right) => {
        let result;
        try {
          result = broadcastShapes('add', left, right);
        } catch (error) {
          expect(() => broadcastShapes('add', right, left)).toThrow(GraphError);
          return error instanceof GraphError;
        }
        expect(broadcastShapes('add', right, left)).toEqual(result);
        expect(broadcastShapes('add', result, left)).toEqual(result);
        return true;
      }),
    );
  });

  it('transpose, slice with pad, and concat keep the number of elements', () => {
    fc.assert(
      fc.property(fc.array(axis, { minLength: 1, maxLength: 4 }), fc.integer(), (dims, seed) => {
        const b = new Builder();
        const x = b.input('x', { shape: dims });
        const turn = Math.abs(seed) % dims.length;
        const permutation = dims.map((_, i) => (i + turn) % dims.length);
        expect(sizeOf(b.transpose(x, permutation).shape)).toBe(sizeOf(dims));
        const size = dims[turn] ?? 1;
        const cut = b.slice(x, { axis: turn, start: 0, end: Math.max(1, size - 1) });
        const back = b.pad(cut, { axis: turn, before: 0, after: size - (cut.shape[turn] ?? 0) });
        expect(back.shape).toEqual(dims);
        expect(b.concat([x, x], turn).shape[turn]).toBe(2 * size);
      }),
    );
  });
});

describe('program', () => {
  const build = (): { b: Builder; names: string[]; count: number } => {
    const b = new Builder();
    const x = b.input('x', { shape: [2, 2] });
    const unused = b.input('unused', { shape: [9] });
    b.exp(unused);
    const y = b.scope('layer', () => b.mul(x, b.scalar(2)));
    const program = b.build({ y });
    return { b, names: program.values.map((v) => v.name), count: program.values.length };
  };

  it('drops what no output needs', () => {
    expect(build().names).toEqual(['x', 'layer/constant_3', 'layer/mul_4']);
  });

  it('names values the same way in every build', () => {
    expect(build().names).toEqual(build().names);
  });

  it('refuses one name for two different tensors, and values of another builder', () => {
    const b = new Builder();
    const x = b.input('x', { shape: [1] });
    expect(b.input('x', { shape: [1] })).toBe(x);
    expect(() => b.input('x', { shape: [2] })).toThrow(/declared twice/);
    expect(() => new Builder().build({ x })).toThrow(/another builder/);
  });
});
