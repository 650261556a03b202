import type { Value } from './op.ts';

/** A finished tensor program: values in an order in which they can be computed, unused ones dropped. */
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

  /** Values fed at every run, by name. */
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
