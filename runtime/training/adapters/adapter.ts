import { GraphError } from '@graft/graph';
import { linearKinds } from '../architectures/description.ts';

/**
 * The low-rank addition to one linear map W: ΔW = scale · B · A. Rows of B have the published order. Under DoRA (Liu et
 * al. 2024) the map becomes m / ‖W + ΔW‖ · (W + ΔW), with a norm for each row.
 */
export interface AdapterModule {
  readonly inputs: number;
  readonly outputs: number;
  readonly rank: number;
  readonly alpha: number;
  /** [rank, inputs]. */
  readonly a: Float32Array;
  /** [outputs, rank]. */
  readonly b: Float32Array;
  /** DoRA's m, [outputs], rows in the published order; undefined for plain LoRA. */
  readonly magnitude?: Float32Array | undefined;
}

/** LoRA weights without their base. */
export interface Adapter {
  /** Scale is α/√r instead of α/r. */
  readonly rankStabilized: boolean;
  /** By module path, as `model.layers.0.self_attn.q_proj`. */
  readonly modules: ReadonlyMap<string, AdapterModule>;
  /** The base that the adapter states, if any. */
  readonly base: string | undefined;
}

export function scaleOf(adapter: Adapter, module: AdapterModule): number {
  return module.alpha / (adapter.rankStabilized ? Math.sqrt(module.rank) : module.rank);
}

/** Whether any module has magnitudes in addition to its factors. */
export function isDora(adapter: Adapter): boolean {
  return [...adapter.modules.values()].some((module) => module.magnitude !== undefined);
}

/** scale · B · A, [outputs, inputs], row-major. */
export function deltaOf(adapter: Adapter, module: AdapterModule): Float32Array {
  const { inputs, outputs, rank, a, b } = module;
  const scale = scaleOf(adapter, module);
  const row = new Float64Array(inputs);
  const delta = new Float32Array(outputs * inputs);
  const at = (r: number): number => (r < rank ? r * inputs : 0);
  for (let o = 0; o < outputs; o++) {
    row.fill(0);
    const factor = (r: number): number => (r < rank ? scale * (b[o * rank + r] ?? 0) : 0);
    // Four rows of A at a time, to read and write the sum a quarter as often.
    for (let r = 0; r < rank; r += 4) {
      const [f0, f1, f2, f3] = [factor(r), factor(r + 1), factor(r + 2), factor(r + 3)];
      const [a0, a1, a2, a3] = [at(r), at(r + 1), at(r + 2), at(r + 3)];
      for (let i = 0; i < inputs; i++) {
        const two = f0 * (a[a0 + i] ?? 0) + f1 * (a[a1 + i] ?? 0);
        row[i] = (row[i] ?? 0) + two + f2 * (a[a2 + i] ?? 0) + f3 * (a[a3 + i] ?? 0);
      }
    }
    delta.set(row, o * inputs);
  }
  return delta;
}

/** Pairs the factors of a file into modules; throws `bad-input` if one lacks its partner. */
export function pairFactors(
  file: string,
  factors: ReadonlyMap<string, FactorPair>,
  alphaOf: (path: string) => number,
): ReadonlyMap<string, AdapterModule> {
  const modules = new Map<string, AdapterModule>();
  for (const [path, { a, b, magnitude }] of factors) {
    const refuse = (reason: string): GraphError =>
      new GraphError('bad-input', `${file}: ${path} ${reason}`, { location: { file } });
    if (a === undefined || b === undefined) {
      throw refuse(`has only its ${a === undefined ? 'B' : 'A'} factor`);
    }
    const [rank = 0, inputs = 0] = a.shape;
    const [outputs = 0, rankB = 0] = b.shape;
    if (a.shape.length !== 2 || b.shape.length !== 2 || rank !== rankB) {
      throw refuse(
        `has factors of [${a.shape.join(', ')}] and [${b.shape.join(', ')}], which do not fit`,
      );
    }
    if (magnitude !== undefined && magnitude.data.length !== outputs) {
      throw refuse(`has ${magnitude.data.length} magnitudes for ${outputs} outputs`);
    }
    const data = { a: a.data, b: b.data, magnitude: magnitude?.data };
    modules.set(path, { inputs, outputs, rank, alpha: alphaOf(path), ...data });
  }
  if (modules.size === 0) {
    throw new GraphError('bad-input', `${file} has no LoRA factors`, { location: { file } });
  }
  return modules;
}

export interface Factor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
export interface FactorPair {
  a?: Factor;
  b?: Factor;
  magnitude?: Factor;
}

/** Layer and kind of a module, from its published path. */
export function placeOf(path: string): { readonly layer: number; readonly kind: string } {
  const layer = Number(/\.layers\.(\d+)\./.exec(path)?.[1] ?? 0);
  return { layer, kind: path.split('.').at(-1) ?? path };
}

/** Paths in layer order, and within a layer in the model's order. */
export function inModelOrder(paths: Iterable<string>): readonly string[] {
  const order = (path: string): number => {
    const { layer, kind } = placeOf(path);
    return layer * linearKinds.length + linearKinds.findIndex((known) => known === kind);
  };
  return [...paths].toSorted((a, b) => order(a) - order(b));
}
