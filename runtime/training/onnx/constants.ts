import { bytesOf, type OnnxModel, type TensorInfo } from './model.ts';

/** Shared initializers, each created once. Methods return their names. */
export class Constants {
  readonly #model: OnnxModel;
  readonly #names = new Set<string>();

  constructor(model: OnnxModel) {
    this.#model = model;
  }

  /** int64 [values]. */
  integers(values: readonly number[]): string {
    return this.#once(
      { name: `int64[${values.join(',')}]`, type: 'int64', shape: [values.length] },
      () => BigInt64Array.from(values, BigInt),
    );
  }

  /** A scalar. */
  float(value: number): string {
    return this.#once({ name: `float(${value})`, type: 'float', shape: [] }, () =>
      Float32Array.of(value),
    );
  }

  /** [length]. */
  ones(length: number): string {
    return this.#once({ name: `ones(${length})`, type: 'float', shape: [length] }, () =>
      new Float32Array(length).fill(1),
    );
  }

  /** int32 [length]: 0, 1, … */
  range(length: number): string {
    return this.#once({ name: `range(${length})`, type: 'int32', shape: [length] }, () =>
      Int32Array.from({ length }, (_, i) => i),
    );
  }

  /** int64 [batch, length]: 0, 1, … from the first row to the last. */
  places(batch: number, length: number): string {
    return this.#once(
      { name: `places(${batch},${length})`, type: 'int64', shape: [batch, length] },
      () => BigInt64Array.from({ length: batch * length }, (_, i) => BigInt(i)),
    );
  }

  #once(
    { name, type, shape }: TensorInfo,
    make: () => Float32Array | Int32Array | BigInt64Array,
  ): string {
    if (!this.#names.has(name)) {
      this.#names.add(name);
      this.#model.initializer({ name, type, shape }, bytesOf(make()));
    }
    return name;
  }
}
