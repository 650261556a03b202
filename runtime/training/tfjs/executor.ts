import type * as tf from '@tensorflow/tfjs-core';
import {
  type Executable,
  type Executor,
  type Feeds,
  type Results,
  type TensorData,
  type WeightLookup,
  checkFeeds,
  requireWeight,
} from '../ir/executor.ts';
import type { Value } from '../ir/op.ts';
import type { Program } from '../ir/program.ts';
import { loadWeight } from '../formats/load-weight.ts';
import { evaluate, type Tensorflow } from './evaluate.ts';

/**
 * Runs programs op by op on TensorFlow.js's `cpu` backend, which is plain JavaScript: an independent check of the ONNX
 * executor, and a fallback if no native library loads. Imported on first use.
 */
export async function tfjsExecutor(): Promise<Executor> {
  const tensorflow = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-cpu');
  tensorflow.enableProdMode(); // else it advertises its native backend on standard error
  await tensorflow.setBackend('cpu');
  return {
    name: 'tfjs-cpu',
    compile: async (program, weights) => TfjsExecutable.create(tensorflow, program, weights),
  };
}

class TfjsExecutable implements Executable {
  readonly #tf: Tensorflow;
  readonly #program: Program;
  readonly #frozen: ReadonlyMap<number, tf.Tensor>;
  /** The last value that reads each tensor. */
  readonly #lastReads: ReadonlyMap<number, readonly Value[]>;

  private constructor(tensorflow: Tensorflow, program: Program, frozen: Map<number, tf.Tensor>) {
    this.#tf = tensorflow;
    this.#program = program;
    this.#frozen = frozen;
    this.#lastReads = lastReads(program);
  }

  static async create(
    tensorflow: Tensorflow,
    program: Program,
    weights: WeightLookup | undefined,
  ): Promise<TfjsExecutable> {
    const frozen = new Map<number, tf.Tensor>();
    for (const value of program.values) {
      if (value.op.kind === 'weight') {
        const data = await loadWeight(requireWeight(weights, value.op.name), value.shape);
        frozen.set(value.id, toTensor(tensorflow, value, data));
      } else if (value.op.kind === 'constant') {
        frozen.set(value.id, toTensor(tensorflow, value, value.op.data));
      }
    }
    return new TfjsExecutable(tensorflow, program, frozen);
  }

  async run(feeds: Feeds): Promise<Results> {
    checkFeeds(this.#program, feeds);
    const outputs = new Map(Object.entries(this.#program.outputs));
    const live = new Map<number, tf.Tensor>();
    const read = (value: Value): tf.Tensor => {
      const tensor = live.get(value.id) ?? this.#frozen.get(value.id);
      if (tensor === undefined) throw new Error(`${value.name} was dropped too early`);
      return tensor;
    };
    for (const value of this.#program.values) {
      if (this.#frozen.has(value.id)) continue;
      const { op } = value;
      const fed = op.kind === 'input' ? feeds[op.name] : undefined;
      live.set(
        value.id,
        fed === undefined
          ? this.#tf.tidy(() => evaluate(this.#tf, value, value.inputs.map(read)))
          : toTensor(this.#tf, value, fed),
      );
      for (const done of this.#lastReads.get(value.id) ?? []) {
        live.get(done.id)?.dispose();
        live.delete(done.id);
      }
    }
    const results: Record<string, Float32Array> = {};
    for (const [name, value] of outputs) {
      results[name] = Float32Array.from(await read(value).data());
    }
    for (const tensor of live.values()) tensor.dispose();
    return results;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const tensor of this.#frozen.values()) tensor.dispose();
    await Promise.resolve();
  }
}

function toTensor(tensorflow: Tensorflow, value: Value, data: TensorData): tf.Tensor {
  const dtype = value.dtype === 'f32' ? 'float32' : 'int32';
  return tensorflow.tensor(data.slice(), [...value.shape], dtype);
}

function lastReads(program: Program): ReadonlyMap<number, readonly Value[]> {
  const kept = new Set(Object.values(program.outputs).map((value) => value.id));
  const last = new Map<number, number>();
  for (const value of program.values) {
    for (const input of value.inputs) last.set(input.id, value.id);
  }
  const result = new Map<number, Value[]>();
  for (const value of program.values) {
    const reader = last.get(value.id);
    if (reader === undefined || kept.has(value.id)) continue;
    result.set(reader, [...(result.get(reader) ?? []), value]);
  }
  return result;
}
