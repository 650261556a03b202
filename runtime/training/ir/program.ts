import type { Value } from './op.ts';

/** A finished tensor program: values in computable order, without unused ones. */
export class Program {
  readonly values: readonly Value[];
  readonly outputs: Readonly<Record<string, Value>>;

  constructor(values: readonly Value[], outputs: Readonly<Record<string, Value>>) {
    const used = new Set<number>();
    const pending = Object.values(outputs);
    for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
      if (used.has(value.id)) continue;
      used.add(value.id);
      pending.push(...value.inputs);
    }
    this.values = values.filter((value) => used.has(value.id));
    this.outputs = outputs;
  }

  /** Values fed at each run, by name. */
  get inputs(): ReadonlyMap<string, Value> {
    return this.#named('input');
  }

  /** Frozen values to bind at compilation, by name. */
  get weights(): ReadonlyMap<string, Value> {
    return this.#named('weight');
  }

  #named(kind: 'input' | 'weight'): ReadonlyMap<string, Value> {
    return new Map(
      this.values.flatMap((value) =>
        value.op.kind === kind ? [[value.op.name, value] as const] : [],
      ),
    );
  }
}

/**
 * How a program uses a weight: a matrix only as the right factor of products, a table of rows only, or of rows and as a
 * whole (an embedding that is also the head), or in another way.
 */
export type WeightUse = 'factor' | 'rows' | 'rowsAndFactor' | 'other';

/** The use of each weight of a program. */
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
