import type { GraphError } from '@graft/graph';
import type { BaseModel } from '../architectures/base-model.ts';
import {
  estimateEvaluationMemory,
  estimateTrainingMemory,
  runtimeMemory,
} from '../architectures/training-memory.ts';
import { chooseBuckets } from '../data/buckets.ts';
import { microBatches, paddedTokens } from '../data/micro-batch.ts';
import { rowsOfStep } from '../data/epoch.ts';
import { sizeOf, type Shape } from '../ir/shape.ts';
import type { RunShapes } from './loop-state.ts';
import { tooLittleMemory, type ChosenShapes } from './fitting.ts';
import { forwardOptions, placesOf, programShapes, type TrainingPlan } from './training-plan.ts';

/** Most programs of different lengths to keep at once. */
const mostBuckets = 4;
/**
 * Fixed cost of a run, in tokens. On a CPU it unpacks quantised frozen weights each time (for SmolLM2-135M 0.55 s of
 * CPU, at 8 ms a token); on a GPU it launches every op.
 */
const runCost = { cpu: 64, gpu: 2048 } as const;
/** Relative cost above the fastest shapes that is acceptable for less memory. */
const alike = 1.05;
/** Steps by which shapes are judged. */
const sampledSteps = 50;

export interface ShapeRequest {
  readonly base: BaseModel;
  readonly plan: TrainingPlan;
  readonly trainable: ReadonlyMap<string, Shape>;
  /** Bytes that the process may take. */
  readonly memory: number;
  /**
   * Bytes not to exceed without need. Shapes below it do not depend on the memory that happens to be free, so neither
   * do the numbers of a training, whose rounding depends on its shapes.
   */
  readonly enough: number;
}

/**
 * Cuts a training into programs: picks the micro-batch and row lengths whose tokens (with padding) and runs cost least
 * and fit into memory; among nearly equal costs, the least memory. If none fits, recomputes layers in the backward
 * pass. Throws `out-of-memory` if that does not help.
 */
export function chooseShapes(request: ShapeRequest): ChosenShapes {
  const memory = new MemoryTable(request);
  const fits = (limit: number) => (candidate: Candidate) => memory.of(candidate.shapes) <= limit;
  let least = Infinity;
  for (const recompute of [false, true]) {
    const smallest = candidatesOf(request, { recompute, sizes: [1], most: 1 });
    least = Math.min(least, ...smallest.map(({ shapes }) => memory.of(shapes)));
    if (!smallest.some(fits(request.memory))) continue;
    for (const sizes of wanted(request.plan)) {
      const candidates = candidatesOf(request, { recompute, sizes, most: mostBuckets });
      const enough = Math.min(request.enough, request.memory);
      const quickest = candidates.find(fits(enough)) ?? candidates.find(fits(request.memory));
      if (quickest === undefined) continue;
      return candidates
        .filter(({ cost }) => cost <= alike * quickest.cost)
        .map(({ shapes }) => ({ shapes, memory: memory.of(shapes) }))
        .reduce((best, shape) => (shape.memory < best.memory ? shape : best));
    }
  }
  throw refusal(request, least);
}

type Measured = Pick<ShapeRequest, 'base' | 'plan' | 'trainable'>;

/** Bytes of a training with these shapes. */
export function memoryOf(request: Measured, shapes: RunShapes): number {
  return new MemoryTable(request).of(shapes);
}

/** Cached estimates of programs. */
class MemoryTable {
  readonly #request: Measured;
  readonly #known = new Map<string, number>();

  constructor(request: Measured) {
    this.#request = request;
  }

  of(shapes: RunShapes): number {
    const { plan, trainable } = this.#request;
    const numbers = [...trainable.values()].reduce((sum, shape) => sum + sizeOf(shape), 0);
    // Parameters, their gradients (twice while they are summed), and two moments.
    const several = plan.request.batch > shapes.size ? 1 : 0;
    const state = 4 * numbers * (4 + several);
    const places = placesOf(plan, shapes);
    const programs = shapes.buckets.map((length) => this.#programs(shapes, length, places));
    return runtimeMemory + state + programs.reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Of one length. */
  #programs(shapes: RunShapes, length: number, places: ReadonlyMap<number, number>): number {
    const { base, plan } = this.#request;
    const key = `${shapes.size} ${length} ${shapes.recompute} ${places.get(length) ?? 'all'}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const options = forwardOptions(plan.request, programShapes(shapes, length, places));
    const evaluates = plan.evaluation.rows.length > 0;
    const bytes =
      estimateTrainingMemory(base, options) +
      (evaluates ? estimateEvaluationMemory(base, options) : 0);
    this.#known.set(key, bytes);
    return bytes;
  }
}

interface Candidate {
  readonly shapes: RunShapes;
  /** In tokens, over the first steps. */
  readonly cost: number;
}

/** Candidate shapes, fastest first. */
function candidatesOf(
  { plan, base }: ShapeRequest,
  { recompute, sizes, most }: { recompute: boolean; sizes: readonly number[]; most: number },
): Candidate[] {
  const lengths = [...plan.train.rows, ...plan.evaluation.rows].map((row) => row.length);
  const limit = base.config.context;
  const cuts = new Map<string, number[]>();
  for (let count = 1; count <= most; count++) {
    const buckets = chooseBuckets(lengths, { most: count, limit });
    cuts.set(buckets.join(), buckets);
  }
  return [...cuts.values()]
    .flatMap((buckets) =>
      sizes.map((size): Candidate => {
        const shapes = { size, buckets, recompute };
        return { shapes, cost: costOf(plan, shapes) };
      }),
    )
    .sort((a, b) => a.cost - b.cost);
}

/**
 * Candidate micro-batch sizes: the requested one, then powers of two below it, each only if none before it fits;
 * without a request, all of them.
 */
function wanted({ request, train }: TrainingPlan): number[][] {
  const largest = Math.min(request.microBatch || request.batch, request.batch, train.rows.length);
  const sizes = [largest];
  for (let size = 2 ** Math.floor(Math.log2(largest)); size >= 1; size /= 2) {
    if (size < largest) sizes.push(size);
  }
  return request.microBatch > 0 ? sizes.map((size) => [size]) : [sizes];
}

function costOf({ request, train, steps }: TrainingPlan, shapes: RunShapes): number {
  const perRun = runCost[/^(auto|cpu)/.test(request.device) ? 'cpu' : 'gpu'];
  let cost = 0;
  for (let step = 0; step < Math.min(steps, sampledSteps); step++) {
    const batches = microBatches(rowsOfStep(train.rows, step, request), shapes);
    cost += paddedTokens(batches) + perRun * batches.length;
  }
  return cost;
}

function refusal(
  { plan, memory }: Pick<ShapeRequest, 'plan' | 'memory'>,
  needed: number,
): GraphError {
  const { method, maxLength, device } = plan.request;
  const longest = plan.train.rows.reduce((most, row) => Math.max(most, row.length), 0);
  return tooLittleMemory(needed, memory, {
    how: ` on ${device}, even one row at a time and with layers recomputed`,
    remedies: [
      `rows shorter than ${Math.min(maxLength, longest)} tokens`,
      method.kind === 'full' ? 'a LoRA instead of full fine-tuning' : 'a lower rank',
      ...['a smaller base', 'closing other programs'],
    ],
  });
}
