import type { Random } from '../optimizer/random.ts';

/** Combines two or more tensors of one shape. All methods follow PEFT's utils/merge_utils.py. */
export interface Combination {
  readonly weights: readonly number[];
  /** Share of values kept, 0 to 1; 1 and above keeps all. */
  readonly density: number;
  /** `total`: the sign of the sum; `frequency`: of the count of signs. */
  readonly sign: 'total' | 'frequency';
  readonly random: Random;
}

/** Keeps the int(density · n) largest by magnitude; of equal ones the first. */
export function keepLargest(tensor: Float32Array, density: number): Float32Array {
  if (density >= 1) return tensor;
  const count = Math.trunc(density * tensor.length);
  const result = new Float32Array(tensor.length);
  if (count === 0) return result;
  const sizes = tensor.map(Math.abs).sort();
  const least = sizes[tensor.length - count] ?? 0;
  let ties = count;
  for (const x of tensor) if (Math.abs(x) > least) ties--;
  for (let i = 0; i < tensor.length; i++) {
    const x = tensor[i] ?? 0;
    const size = Math.abs(x);
    if (size > least || (size === least && ties-- > 0)) result[i] = x;
  }
  return result;
}

/** Keeps each value with probability `density` and divides by it (Yu et al. 2024, "DARE"). */
export function keepAtRandom(tensor: Float32Array, density: number, random: Random): Float32Array {
  if (density >= 1) return tensor;
  return tensor.map((x) => (random.next() < density ? x / density : 0));
}

export function weightedSum(
  tensors: readonly Float32Array[],
  weights: readonly number[],
): Float32Array {
  const sum = new Float64Array(tensors[0]?.length ?? 0);
  tensors.forEach((tensor, task) => {
    const weight = weights[task] ?? 0;
    tensor.forEach((x, i) => (sum[i] = (sum[i] ?? 0) + weight * x));
  });
  return Float32Array.from(sum);
}

/**
 * Elects a sign for each position, then averages the weighted values that agree with it (Yadav et al. 2023,
 * "TIES-Merging"). Like PEFT, the election uses values before weighting.
 */
export function electAndMerge(
  tensors: readonly Float32Array[],
  { weights, sign }: Pick<Combination, 'weights' | 'sign'>,
): Float32Array {
  const length = tensors[0]?.length ?? 0;
  const result = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    let vote = 0;
    for (const tensor of tensors) {
      const x = tensor[i] ?? 0;
      vote += sign === 'total' ? x : Math.sign(x);
    }
    const elected = vote >= 0 ? 1 : -1;
    let sum = 0;
    let agreeing = 0;
    tensors.forEach((tensor, task) => {
      const x = tensor[i] ?? 0;
      if (Math.sign(x) !== elected) return;
      sum += x * (weights[task] ?? 0);
      agreeing++;
    });
    result[i] = sum / Math.max(1, agreeing);
  }
  return result;
}
