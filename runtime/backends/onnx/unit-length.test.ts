import { GraphError } from '@graft/graph';
import { expect, it } from 'vitest';
import { unitLength } from './unit-length.ts';

it('makes vectors one long, and leaves nothing as it is', () => {
  const [vector, nothing] = [Float32Array.of(3, 4), new Float32Array(2)];
  unitLength(vector, 'm');
  unitLength(nothing, 'm');
  expect([...vector].map((value) => Math.round(value * 10))).toEqual([6, 8]);
  expect([...nothing]).toEqual([0, 0]);
});

it.each([NaN, Infinity, -Infinity])('refuses a vector with %d in it', (value) => {
  const bad = Float32Array.of(1, value);
  expect(() => unitLength(bad, 'm')).toThrow(GraphError);
  expect(() => unitLength(bad, 'm')).toThrow(/"m" gave a vector that is not finite/);
});
