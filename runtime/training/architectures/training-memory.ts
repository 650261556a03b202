import type { WeightLookup } from '../ir/executor.ts';
import type { Value } from '../ir/op.ts';
import type { Program } from '../ir/program.ts';
import { sizeOf } from '../ir/shape.ts';
import type { BaseModel } from './base-model.ts';
import type { ForwardOptions } from './forward.ts';
import { buildLossProgram, buildTrainingProgram } from './training-program.ts';

/**
 * What a process takes over the sum of what is alive: SmolLM2-135M in Q4_1 was seen to take 1.3 to 1.5 times as much at 64
 * to 512 tokens, since onnxruntime's allocator keeps blocks that no later value fits into.
 */
const slack = 1.45;

/** Bytes that the training program of these shapes takes while it runs, its frozen weights included. */
export function estimateTrainingMemory(model: BaseModel, options: ForwardOptions): number {
  return programMemory(buildTrainingProgram(model, options).program, model.weights);
}

/** The same of the program that only computes the loss. */
export function estimateEvaluationMemory(model: BaseModel, options: ForwardOptions): number {
  return programMemory(buildLossProgram(model, options).program, model.weights);
}

/**
 * Weights as their file holds them, and the most that values alive at the same time take; a weight that is not f32 in
 * its file is such a value from its first reader to its last. An estimate: executors fuse ops and order them otherwise.
 */
function programMemory(program: Program, weights: WeightLookup): number {
  const firstRead = new Map<Value, number>();
  const lastRead = new Map<Value, number>();
  for (const [place, value] of program.values.entries()) {
    for (const input of value.inputs.map(holderOf)) {
      if (!firstRead.has(input)) firstRead.set(input, place);
      lastRead.set(input, place);
    }
  }
  for (const output of Object.values(program.outputs)) {
    lastRead.set(holderOf(output), program.values.length);
  }
  const changes = new Float64Array(program.values.length + 2);
  let kept = 0;
  for (const [place, value] of program.values.entries()) {
    if (value.op.kind === 'reshape') continue;
    let start = place;
    if (value.op.kind === 'weight') {
      const source = weights(value.op.name);
      kept += source?.kind === 'file' ? source.bytes : bytesOf(value);
      if (source?.kind !== 'file' || source.encoding === 'f32') continue;
      start = firstRead.get(value) ?? place;
    }
    const end = (lastRead.get(value) ?? place) + 1;
    changes[start] = (changes[start] ?? 0) + bytesOf(value);
    changes[end] = (changes[end] ?? 0) - bytesOf(value);
  }
  let alive = 0;
  let most = 0;
  for (const change of changes) {
    alive += change;
    most = Math.max(most, alive);
  }
  return slack * (kept + most);
}

/** The value whose memory a reshaped one shares. */
function holderOf(value: Value): Value {
  const source = value.inputs[0];
  return value.op.kind === 'reshape' && source !== undefined ? holderOf(source) : value;
}

function bytesOf(value: Value): number {
  return 4 * sizeOf(value.shape);
}
