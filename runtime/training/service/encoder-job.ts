import { openEncoder, type EncoderModel } from '../encoders/encoder-model.ts';
import type { Executor } from '../ir/executor.ts';
import { sizeOf, type Shape } from '../ir/shape.ts';
import { openExecutor } from '../loop/open-executor.ts';
import type { LoopHooks, LoopResult } from '../loop/training-loop.ts';
import { memoryFor, weightsDigest, type JobSetting } from './training-job.ts';

/** Name of the weights' file in an encoder's artifact. */
export const modelOnnx = 'model.onnx';

/** A job on an encoder. */
export interface EncoderJobSetting extends Omit<JobSetting, 'model'> {
  readonly model: {
    readonly id: string;
    readonly digest: string;
    /** Folder with `config.json` and the tokenizer, and the weights' path in it. */
    readonly path: string;
    readonly weights: string;
  };
  /** For the result. */
  readonly folder: string;
}

/** What is trained, of which digest, by what, and in how many bytes. */
interface OpenedTraining {
  readonly model: EncoderModel;
  readonly modelDigest: string;
  readonly executor: Executor;
  readonly memory: number;
  readonly hooks: LoopHooks;
}

/** Opens a job's encoder, trains it, and digests its weights before and after: they are to stay as they were. */
export async function trainOpened(
  job: EncoderJobSetting & { readonly request: { readonly device: string } },
  hooks: LoopHooks,
  train: (training: OpenedTraining) => Promise<LoopResult>,
) {
  const encoder = await openEncoder(job.model.path, job.model.weights);
  const baseBefore = await weightsDigest(encoder, hooks.signal);
  const trained = await train({
    model: encoder,
    modelDigest: baseBefore,
    executor: await openExecutor({ ...job, device: job.request.device }),
    memory: Math.min(await memoryFor(job), job.memoryLimit ?? Infinity),
    hooks,
  });
  const baseAfter = await weightsDigest(encoder, hooks.signal);
  return { encoder, trained, baseBefore, baseAfter };
}

/** How many numbers tensors have together. */
export function numbersOf(shapes: ReadonlyMap<string, Shape>): number {
  return [...shapes.values()].reduce((sum, shape) => sum + sizeOf(shape), 0);
}
