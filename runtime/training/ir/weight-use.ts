import type { Value } from './op.ts';
import type { Program } from './program.ts';

/**
 * How a program reads a weight: a matrix as the right factor of products only, a table of rows only or of rows and
 * as a whole (an embedding that is the head as well), or in some other way.
 */
export type WeightUse = 'factor' | 'rows' | 'rowsAndFactor' | 'other';

/** The use of every weight of a program. */
export function weightUses(program: Program): ReadonlyMap<Value, WeightUse> {
  const factors = new Set<Value>();
  const rows = new Set<Value>();
  const others = new Set<Value>();
  for (const { op, inputs } of program.values) {
    for (const [place, input] of inputs.entries()) {
      if (op.kind === 'matmul' && place === 1 && input.shape.length === 2) factors.add(input);
      else (op.kind === 'gather' && place === 0 ? rows : others).add(input);
    }
  }
  const useOf = (value: Value): WeightUse => {
    if (others.has(value)) return 'other';
    if (rows.has(value)) return factors.has(value) ? 'rowsAndFactor' : 'rows';
    return factors.has(value) ? 'factor' : 'other';
  };
  return new Map([...program.weights.values()].map((weight) => [weight, useOf(weight)]));
}
