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

/** Node and onnxruntime themselves, before any program. */
export const runtimeMemory = 250e6;

/**
 * What the allocator takes over the sum of what is alive, since it keeps blocks that no later value fits into, and the
 * session for the ops around each weight. Seen with SmolLM2-135M, f32 and Q4_1, at 256 to 2,048 tokens: whole processes
 * then took 0.88 to 1.10 times the estimate.
 */
const slack = 1.35;
const bytesPerWeight = 4e5;

/** Bytes that the training program of these shapes takes while it runs, its frozen weights included. */
export function estimateTrainingMemory(model: BaseModel, options: ForwardOptions): number {
  return programMemory(buildTrainingProgram(model, options).program, model.weights);
}

/** The same of the program that only computes the loss. */
export function estimateEvaluationMemory(model: BaseModel, options: ForwardOptions): number {
  return programMemory(buildLossProgram(model, options).program, model.weights);
}

/**
 * Bytes that a process takes which keeps all of these programs, each of which keeps what it has once taken, and `copies` of
 * what is trained, which all of them are given.
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
 * Weights as they are held, and the most that values alive at the same time take. A weight that is not held as f32 is
 * widened for each of its readers, in two copies on the way, and gone after it. An estimate: executors fuse ops and
 * order them otherwise.
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

/** Of a weight between its readers: blocks are a byte a value, with an f32 scale and often an offset each. */
function heldBytes(value: Value, source: WeightSource | undefined): number {
  if (source?.kind !== 'file' || source.encoding === 'f32') return bytesOf(value);
  const isHalf = source.encoding === 'f16' || source.encoding === 'bf16';
  return (isHalf ? 2 : 1.25) * sizeOf(value.shape);
}

/** The value whose memory a reshaped one shares. */
function holderOf(value: Value): Value {
  const source = value.inputs[0];
  return value.op.kind === 'reshape' && source !== undefined ? holderOf(source) : value;
}

function bytesOf(value: Value): number {
  return 4 * sizeOf(value.shape);
}
