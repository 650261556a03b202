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

/** Programs of different lengths that are kept at once. */
const mostBuckets = 4;
/**
 * What a run costs beside its tokens, in tokens: on a CPU frozen weights in quantised blocks are taken apart each time
 * (SmolLM2-135M took 0.55 s of CPU for that and 8 ms a token), on a GPU every op is launched.
 */
const runCost = { cpu: 64, gpu: 2048 } as const;
/** Shapes that cost this much more than the quickest are as good when they take less memory. */
const alike = 1.05;
/** Steps that shapes are judged by. */
const sampledSteps = 50;

export interface ShapeRequest {
  readonly base: BaseModel;
  readonly plan: TrainingPlan;
  readonly trainable: ReadonlyMap<string, Shape>;
  /** Bytes that the process may take. */
  readonly memory: number;
  /**
   * Bytes that are not exceeded without need. Shapes within do not depend on how much happens to be free, and so the
   * numbers of a training do not, which are rounded by its shapes.
   */
  readonly enough: number;
}

/**
 * How to cut a training into programs: rows at once and lengths such that its tokens, padding included, and its runs
 * cost least among what fits into the memory; the least memory among what costs about the same. Where nothing fits,
 * layers are recomputed in the backward pass. Throws `out-of-memory` when that does not help either.
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

/** What a training of these shapes takes. */
export function memoryOf(request: Measured, shapes: RunShapes): number {
  return new MemoryTable(request).of(shapes);
}

/** Estimates of programs, each made once. */
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
  /** In tokens, of the first steps. */
  readonly cost: number;
}

/** Shapes that come into question, the quickest first. */
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
 * Rows at once to choose among: what was asked for, then powers of two below, each only if none before it fits; or,
 * where nothing was asked for, all of them.
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
