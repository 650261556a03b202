import type { WeightLookup } from '../ir/executor.ts';
import type { Value } from '../ir/op.ts';
import type { Program } from '../ir/program.ts';
import { sizeOf } from '../ir/shape.ts';
import type { BaseModel } from './base-model.ts';
import type { ForwardOptions } from './forward.ts';
import { buildLossProgram, buildTrainingProgram } from './training-program.ts';

/**
 * What a process was seen to take over the sum of what is alive: SmolLM2-135M in Q4_1 took 1.2 to 1.35 times as much at
 * 64 to 256 tokens, with onnxruntime's allocator keeping blocks that no later value fits into.
 */
const slack = 1.35;

/** Bytes that the training program of these shapes takes while it runs, its frozen weights included. */
export function estimateTrainingMemory(model: BaseModel, options: ForwardOptions): number {
  return programMemory(buildTrainingProgram(model, options).program, model.weights);
}

/** The same of the program that only computes the loss. */
export function estimateEvaluationMemory(model: BaseModel, options: ForwardOptions): number {
  return programMemory(buildLossProgram(model, options).program, model.weights);
}

/**
 * Weights, and the most that values alive at the same time take. An estimate: executors fuse ops and order them
 * otherwise, and weights are counted as f32 beside the bytes of their own encoding.
 */
function programMemory(program: Program, weights: WeightLookup): number {
  let frozen = 0;
  const lastRead = new Map<Value, number>();
  for (const [place, value] of program.values.entries()) {
    for (const input of value.inputs) lastRead.set(holderOf(input), place);
    if (value.op.kind !== 'weight') continue;
    const source = weights(value.op.name);
    const encoded = source?.kind === 'file' && source.encoding !== 'f32' ? source.bytes : 0;
    frozen += bytesOf(value) + encoded;
  }
  for (const output of Object.values(program.outputs)) {
    lastRead.set(holderOf(output), program.values.length);
  }
  const freed = new Map<number, number>();
  let alive = 0;
  let most = 0;
  for (const [place, value] of program.values.entries()) {
    if (value.op.kind !== 'weight' && value.op.kind !== 'reshape') {
      const bytes = bytesOf(value);
      alive += bytes;
      const end = lastRead.get(value) ?? place;
      freed.set(end, (freed.get(end) ?? 0) + bytes);
    }
    most = Math.max(most, alive);
    alive -= freed.get(place) ?? 0;
  }
  return slack * (frozen + most);
}

/** The value whose memory a reshaped one shares. */
function holderOf(value: Value): Value {
  const source = value.inputs[0];
  return value.op.kind === 'reshape' && source !== undefined ? holderOf(source) : value;
}

function bytesOf(value: Value): number {
  return 4 * sizeOf(value.shape);
}
