import { GraphError, type MergeMethod } from '@graft/graph';
import { setImmediate } from 'node:timers/promises';
import { Random, seedFor } from '../optimizer/random.ts';
import { deltaOf, isDora, scaleOf, type Adapter, type AdapterModule } from './adapter.ts';
import { truncate, truncateProduct } from './low-rank.ts';
import {
  electAndMerge,
  keepAtRandom,
  keepLargest,
  weightedSum,
  type Combination,
} from './sparsify.ts';

export interface MergeOptions {
  readonly method: MergeMethod;
  /** Share of values that ties, dare and magnitude_prune keep; default 1, all. */
  readonly density?: number;
  readonly sign?: 'total' | 'frequency';
  /** Seed of what dare drops. */
  readonly seed?: number;
  /** Rank of the result of svd methods; default: the largest of the module among the adapters. */
  readonly rank?: number;
}

export interface AdapterTerm {
  readonly name: string;
  readonly adapter: Adapter;
  readonly weight: number;
}

/** A module of one adapter. */
interface Part {
  readonly module: AdapterModule;
  readonly scale: number;
  readonly weight: number;
  readonly delta: () => Float32Array;
}

/**
 * Merges adapters of one base into one adapter of scale 1, like PEFT's `add_weighted_adapter`. Yields to other work and
 * checks `signal` between modules, and within decompositions.
 */
export async function mergeAdapters(
  inputs: readonly AdapterTerm[],
  options: MergeOptions,
  signal: AbortSignal,
): Promise<Adapter> {
  const method: MergeMethod = inputs.length === 1 ? 'linear' : options.method;
  const { density = 1, sign = 'total', seed = 0 } = options;
  if (inputs.length === 0) throw new GraphError('missing-input', 'there is no adapter to merge');
  if (!(density >= 0)) {
    throw new GraphError('bad-param', `density ${density} is below 0; choose 0 to 1`, {
      location: { param: 'density' },
    });
  }
  checkKind(inputs);
  checkRanks(inputs, method);
  const paths = [...new Set(inputs.flatMap(({ adapter }) => [...adapter.modules.keys()]))];
  const modules = new Map<string, AdapterModule>();
  for (const path of paths) {
    await setImmediate();
    signal.throwIfAborted();
    const parts = inputs.flatMap(({ adapter, weight, name }): Part[] => {
      const module = adapter.modules.get(path);
      if (module === undefined) return [];
      checkSize(modulesOf(inputs, path), { path, name, module });
      const scale = scaleOf(adapter, module);
      return [{ module, scale, weight, delta: () => deltaOf(adapter, module) }];
    });
    const combination = {
      weights: parts.map((part) => part.weight),
      density,
      sign,
      random: new Random(seedFor(path, seed)),
    };
    if (method === 'cat') {
      modules.set(path, concatenated(parts));
    } else if (method === 'svd' || method.endsWith('_svd')) {
      modules.set(
        path,
        await byDelta(
          parts,
          { ...combination, method, rank: options.rank ?? largestRank(parts) },
          signal,
        ),
      );
    } else {
      modules.set(path, byFactor(parts, combination, method));
    }
  }
  return { rankStabilized: false, base: inputs[0]?.adapter.base, modules };
}

function largestRank(parts: readonly Part[]): number {
  return Math.max(...parts.map(({ module }) => module.rank));
}

function concatenated(parts: readonly Part[]): AdapterModule {
  const { inputs, outputs } = sizeOf(parts);
  const rank = parts.reduce((sum, { module }) => sum + module.rank, 0);
  const a = new Float32Array(rank * inputs);
  const b = new Float32Array(outputs * rank);
  let start = 0;
  for (const { module, scale, weight } of parts) {
    a.set(
      module.a.map((x) => x * weight * scale),
      start * inputs,
    );
    for (let o = 0; o < outputs; o++) {
      b.set(module.b.subarray(o * module.rank, (o + 1) * module.rank), o * rank + start);
    }
    start += module.rank;
  }
  return { inputs, outputs, rank, alpha: rank, a, b };
}

/** Weight and scale split evenly between A and B; A alone takes a negative sign. */
function byFactor(
  parts: readonly Part[],
  combination: Combination,
  method: MergeMethod,
): AdapterModule {
  const { inputs, outputs, rank } = sizeOf(parts);
  const products = parts.map(({ weight, scale }) => weight * scale);
  const roots = products.map((product) => Math.sqrt(Math.abs(product)));
  const signed = roots.map((root, i) => ((products[i] ?? 0) >= 0 ? root : -root));
  // A before B: dare draws in this order.
  const a = combine(
    method,
    parts.map((part) => part.module.a),
    { ...combination, weights: signed },
  );
  const b = combine(
    method,
    parts.map((part) => part.module.b),
    { ...combination, weights: roots },
  );
  return { inputs, outputs, rank, alpha: rank, a, b };
}

async function byDelta(
  parts: readonly Part[],
  { method, rank, ...combination }: Combination & { method: MergeMethod; rank: number },
  signal: AbortSignal,
): Promise<AdapterModule> {
  const { inputs, outputs } = sizeOf(parts);
  const size = { inputs, outputs, rank };
  if (method === 'svd') {
    const all = concatenated(parts);
    const factors = await truncateProduct(all, { ...size, r: all.rank }, signal);
    return { ...size, alpha: rank, ...factors };
  }
  const deltas = parts.map((part) => part.delta());
  const factors = await truncate(combine(method, deltas, combination), size, signal);
  return { ...size, alpha: rank, ...factors };
}

function combine(
  method: MergeMethod,
  tensors: readonly Float32Array[],
  combination: Combination,
): Float32Array {
  const { density, random, weights } = combination;
  switch (method) {
    case 'cat':
    case 'linear':
    case 'svd':
      return weightedSum(tensors, weights);
    case 'magnitude_prune':
    case 'magnitude_prune_svd':
      return weightedSum(
        tensors.map((tensor) => keepLargest(tensor, density)),
        weights,
      );
    case 'ties':
    case 'ties_svd':
      return electAndMerge(
        tensors.map((tensor) => keepLargest(tensor, density)),
        combination,
      );
    case 'dare_linear':
    case 'dare_linear_svd':
      return weightedSum(
        tensors.map((tensor) => keepAtRandom(tensor, density, random)),
        weights,
      );
    case 'dare_ties':
    case 'dare_ties_svd':
      return electAndMerge(
        tensors.map((tensor) => keepAtRandom(tensor, density, random)),
        combination,
      );
  }
}

function sizeOf(parts: readonly Part[]): AdapterModule {
  const module = parts[0]?.module;
  if (module === undefined) {
    throw new GraphError('internal', 'a module without parts', { audience: 'developer' });
  }
  return module;
}

function modulesOf(inputs: readonly AdapterTerm[], path: string): readonly AdapterModule[] {
  return inputs.flatMap(({ adapter }) => adapter.modules.get(path) ?? []);
}

function checkSize(
  all: readonly AdapterModule[],
  added: { readonly path: string; readonly name: string; readonly module: AdapterModule },
): void {
  const first = all[0] ?? added.module;
  if (added.module.inputs !== first.inputs || added.module.outputs !== first.outputs) {
    throw new GraphError(
      'bad-input',
      `${added.path} is ${added.module.outputs} × ${added.module.inputs} in "${added.name}" and ${first.outputs} × ${first.inputs} before: the adapters are of different bases`,
    );
  }
}

/** A DoRA adapter's change depends on the base's weights, which no method reads. */
function checkKind(inputs: readonly AdapterTerm[]): void {
  const found = inputs.find(({ adapter }) => isDora(adapter));
  if (found === undefined) return;
  throw new GraphError(
    'bad-input',
    `"${found.name}" is a DoRA adapter, which cannot be merged with other adapters; merge it into its base model instead`,
  );
}

/**
 * Methods that treat A and B separately need equal ranks of a module in all adapters; modules of one adapter may
 * differ.
 */
function checkRanks(inputs: readonly AdapterTerm[], method: MergeMethod): void {
  if (method === 'cat' || method === 'svd' || method.endsWith('_svd')) return;
  const found = new Map<string, { readonly rank: number; readonly name: string }>();
  for (const { name, adapter } of inputs) {
    for (const [path, { rank }] of adapter.modules) {
      const before = found.get(path) ?? { rank, name };
      found.set(path, before);
      if (before.rank === rank) continue;
      throw new GraphError(
        'bad-input',
        `${method} needs a module to have one rank in all adapters (${path}: "${before.name}" has ${before.rank}, "${name}" has ${rank}); choose cat, svd or ${method === 'linear' ? 'ties' : method}_svd`,
        { location: { param: 'method' } },
      );
    }
  }
}
