import type { WeightLookup, WeightSource } from '../ir/executor.ts';
import type { Value } from '../ir/op.ts';
import { type Program, weightUses } from '../ir/program.ts';
import { sizeOf } from '../ir/shape.ts';
import type { BaseModel } from './base-model.ts';
import type { ForwardOptions } from './forward.ts';
import {
  buildLossProgram,
  buildTrainingProgram,
  type TrainingProgram,
} from './training-program.ts';

/** Memory of Node and onnxruntime themselves, before any program. */
export const runtimeMemory = 250e6;

/**
 * Overhead of the allocator over the living values, since it keeps blocks that no later value fits, and of the session
 * for the ops around each weight. Measured with SmolLM2-135M, f32 and Q4_1, at 256 to 2,048 tokens: whole processes
 * took 0.88 to 1.10 times the estimate.
 */
const slack = 1.35;
const bytesPerWeight = 4e5;

/** Bytes of the running training program for these shapes, including frozen weights. */
export function estimateTrainingMemory(model: BaseModel, options: ForwardOptions): number {
  return programMemory(buildTrainingProgram(model, options).program, model.weights);
}

/** The same for the program that only computes the loss. */
export function estimateEvaluationMemory(model: BaseModel, options: ForwardOptions): number {
  return programMemory(buildLossProgram(model, options).program, model.weights);
}

/**
 * Bytes of a process that keeps all these programs, each with its peak memory, and `copies` of the trainable tensors,
 * which all of them receive.
 */
export function memoryOfPrograms(
  programs: Iterable<TrainingProgram>,
  { weights, copies }: { readonly weights: WeightLookup; readonly copies: number },
): number {
  let bytes = runtimeMemory;
  let numbers = 0;
  for (const { program, trainable } of programs) {
    bytes += programMemory(program, weights);
    numbers = [...trainable.values()].reduce((sum, shape) => sum + sizeOf(shape), 0);
  }
  return bytes + copies * 4 * numbers;
}

/**
 * Held weights, plus the peak of simultaneously living values. A weight not held in f32 is widened for each reader,
 * through two copies, and freed afterwards. An estimate: executors fuse and reorder ops.
 */
function programMemory(program: Program, weights: WeightLookup): number {
  const lastRead = new Map<Value, number>();
  for (const [place, value] of program.values.entries()) {
    for (const input of value.inputs) lastRead.set(holderOf(input), place);
  }
  for (const output of Object.values(program.outputs)) {
    lastRead.set(holderOf(output), program.values.length);
  }
  const uses = weightUses(program);
  const widened = new Set<Value>();
  const freed = new Map<number, number>();
  let kept = 0;
  let alive = 0;
  let most = 0;
  for (const [place, value] of program.values.entries()) {
    if (value.op.kind === 'weight') {
      const isWide = uses.get(value) === 'rowsAndFactor';
      const held = isWide ? bytesOf(value) : heldBytes(value, weights(value.op.name));
      kept += held;
      if (held !== bytesOf(value)) widened.add(value);
      continue;
    }
    if (value.op.kind === 'reshape') continue;
    alive += bytesOf(value);
    const end = lastRead.get(value) ?? place;
    freed.set(end, (freed.get(end) ?? 0) + bytesOf(value));
    const read = value.op.kind === 'gather' ? [] : value.inputs.filter((x) => widened.has(x));
    most = Math.max(most, alive + read.reduce((sum, weight) => sum + 2 * bytesOf(weight), 0));
    alive -= freed.get(place) ?? 0;
  }
  return kept + slack * most + bytesPerWeight * program.weights.size;
}

/** Bytes of a weight between its readers: blocks take a byte a value, with an f32 scale and often an offset each. */
function heldBytes(value: Value, source: WeightSource | undefined): number {
  if (source?.kind !== 'file' || source.encoding === 'f32') return bytesOf(value);
  const isHalf = source.encoding === 'f16' || source.encoding === 'bf16';
  return (isHalf ? 2 : 1.25) * sizeOf(value.shape);
}

/** The value whose memory a reshaped value shares. */
function holderOf(value: Value): Value {
  const source = value.inputs[0];
  return value.op.kind === 'reshape' && source !== undefined ? holderOf(source) : value;
}

function bytesOf(value: Value): number {
  return 4 * sizeOf(value.shape);
}
