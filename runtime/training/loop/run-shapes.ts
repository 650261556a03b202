import { GraphError } from '@graft/graph';
import type { BaseModel } from '../architectures/base-model.ts';
import {
  estimateEvaluationMemory,
  estimateTrainingMemory,
} from '../architectures/training-memory.ts';
import { chooseBuckets } from '../data/buckets.ts';
import { microBatches, paddedTokens } from '../data/micro-batch.ts';
import { rowsOfStep } from '../data/epoch.ts';
import { sizeOf, type Shape } from '../ir/shape.ts';
import type { RunShapes } from './loop-state.ts';
import { forwardOptions, type TrainingPlan } from './training-plan.ts';

/** The runtime itself, before any model. */
const runtimeMemory = 250e6;
/** Programs of different lengths that are kept at once. */
const mostBuckets = 4;
/** Padding that a larger micro-batch may cost, as a factor of the tokens that the smallest computes. */
const tolerated = 1.1;
/**
 * Tokens of a micro-batch beyond which it gets no quicker: by then the work on frozen weights that each run does once,
 * such as taking quantised blocks apart, is a few per cent of all.
 */
const enoughTokens = { cpu: 1024, gpu: 16_384 } as const;
/** Steps that a micro-batch is judged by. */
const sampledSteps = 50;

export interface ShapeRequest {
  readonly base: BaseModel;
  readonly plan: TrainingPlan;
  readonly trainable: ReadonlyMap<string, Shape>;
  /** Bytes that the process may take. */
  readonly memory: number;
}

export interface ChosenShapes {
  readonly shapes: RunShapes;
  /** Bytes that the process is expected to take. */
  readonly memory: number;
}

/**
 * The largest micro-batch that fits into the memory, as far as a larger one is quicker and does not drown its rows in
 * padding. Where none fits, fewer
 * row lengths are compiled, then layers are recomputed in the backward pass. Throws `out-of-memory` when all of that
 * does not help.
 */
export function chooseShapes(request: ShapeRequest): ChosenShapes {
  let least: ChosenShapes | undefined;
  for (const recompute of [false, true]) {
    for (let most = mostBuckets; most >= 1; most--) {
      const found = largestFitting(request, { most, recompute });
      if (found.memory <= request.memory) return found;
      if (least === undefined || found.memory < least.memory) least = found;
    }
  }
  throw tooLittleMemory(request, least?.memory ?? 0);
}

/** What a training of these shapes takes. */
export function memoryOf(request: ShapeRequest, shapes: RunShapes): number {
  const { base, plan, trainable } = request;
  const numbers = [...trainable.values()].reduce((sum, shape) => sum + sizeOf(shape), 0);
  // Parameters, their gradients (twice while they are summed), and two moments.
  const several = plan.request.batch > shapes.size ? 1 : 0;
  let bytes = runtimeMemory + 4 * numbers * (4 + several);
  for (const length of shapes.buckets) {
    const options = forwardOptions(plan.request, {
      batch: shapes.size,
      length,
      checkpoint: shapes.recompute,
    });
    bytes += estimateTrainingMemory(base, options);
    if (plan.evaluation.rows.length > 0) bytes += estimateEvaluationMemory(base, options);
  }
  return bytes;
}

/** The best shapes that fit, or else those of one row. */
function largestFitting(
  request: ShapeRequest,
  { most, recompute }: { readonly most: number; readonly recompute: boolean },
): ChosenShapes {
  const { plan, base } = request;
  const rows = [...plan.train.rows, ...plan.evaluation.rows];
  const limit = base.config.context;
  const buckets = chooseBuckets(
    rows.map((row) => row.length),
    { most, limit },
  );
  const candidates = sizes(plan).map((size) => ({ size, buckets, recompute }));
  const padded = candidates.map((shapes) => sampledTokens(plan, shapes));
  const fewest = Math.min(...padded);
  const enough = enoughTokens[/^(auto|cpu)/.test(plan.request.device) ? 'cpu' : 'gpu'];
  for (const [i, shapes] of candidates.entries()) {
    const last = i === candidates.length - 1;
    const wasteful =
      (padded[i] ?? 0) > tolerated * fewest || shapes.size * (buckets.at(-1) ?? 0) > enough;
    // What was asked for is not judged.
    if (wasteful && plan.request.microBatch === 0 && !last) continue;
    const memory = memoryOf(request, shapes);
    if (memory <= request.memory || last) return { shapes, memory };
  }
  throw new GraphError('internal', 'there is no micro-batch to choose from', {
    audience: 'developer',
  });
}

/** Micro-batches to try, largest first: what was asked for, then powers of two below. */
function sizes({ request, train }: TrainingPlan): number[] {
  const largest = Math.min(request.microBatch || request.batch, request.batch, train.rows.length);
  const result = [largest];
  for (let size = 2 ** Math.floor(Math.log2(largest)); size >= 1; size /= 2) {
    if (size < largest) result.push(size);
  }
  return result;
}

/** Tokens that the first steps compute, padding included. */
function sampledTokens({ request, train, steps }: TrainingPlan, shapes: RunShapes): number {
  let tokens = 0;
  for (let step = 0; step < Math.min(steps, sampledSteps); step++) {
    tokens += paddedTokens(microBatches(rowsOfStep(train.rows, step, request), shapes));
  }
  return tokens;
}

function tooLittleMemory(
  { plan, memory }: Pick<ShapeRequest, 'plan' | 'memory'>,
  needed: number,
): GraphError {
  const { method, maxLength, device } = plan.request;
  const longest = Math.max(...plan.train.rows.map((row) => row.length));
  const remedies = [
    `rows shorter than ${Math.min(maxLength, longest)} tokens`,
    ...(method.kind === 'full' ? ['a LoRA instead of full fine-tuning'] : ['a lower rank']),
    'a smaller base',
    'fewer other programs',
  ];
  return new GraphError(
    'out-of-memory',
    `This training needs about ${gigabytes(needed)} of memory and ${gigabytes(memory)} are free on ${device}, even one row at a time and with layers recomputed. What helps: ${remedies.join(', ')}.`,
    { audience: 'operator' },
  );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
