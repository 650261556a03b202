import type { EmbedderTrainingResult } from '@graft/graph';
import { hashFile } from '@graft/kit';
import path from 'node:path';
import { encoderWeightShapes } from '../encoders/encoder-config.ts';
import { openEncoder } from '../encoders/encoder-model.ts';
import type { EncoderRequest } from '../encoders/encoder-request.ts';
import { trainEncoder } from '../encoders/train-encoder.ts';
import { trainedWeights } from '../encoders/trained-weights.ts';
import { writeEncoderOnnx } from '../encoders/write-onnx.ts';
import { sizeOf } from '../ir/shape.ts';
import { openExecutor } from '../loop/open-executor.ts';
import type { LoopHooks } from '../loop/training-loop.ts';
import { writeBeside } from './encoder-files.ts';
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

export interface EmbedderJob extends EncoderJobSetting {
  readonly request: EncoderRequest & { readonly device: string };
}

/** One training from an opened encoder to the files of its result. Blocks the thread for seconds at a time. */
export async function runEmbedderJob(
  job: EmbedderJob,
  hooks: LoopHooks,
): Promise<EmbedderTrainingResult> {
  const { model, request, folder } = job;
  const { device, method } = request;
  const { signal } = hooks;
  const encoder = await openEncoder(model.path, model.weights);
  const baseBefore = await weightsDigest(encoder, signal);
  const trained = await trainEncoder({
    model: encoder,
    modelDigest: baseBefore,
    executor: await openExecutor({ ...job, device }),
    request,
    memory: Math.min(await memoryFor(job), job.memoryLimit ?? Infinity),
    hooks,
  });
  const baseAfter = await weightsDigest(encoder, signal);
  const weights = await trainedWeights(encoder, method, trained.parameters);
  const file = path.join(folder, modelOnnx);
  await writeEncoderOnnx(file, encoder.config, weights);
  await writeBeside(model.path, folder);
  const shapes = [...encoderWeightShapes(encoder.config).values()];
  const own = shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
  const trainable = [...trained.trainable.values()].reduce((sum, one) => sum + sizeOf(one), 0);
  return {
    metrics: trained.metrics,
    trainable,
    total: method.kind === 'full' ? own : own + trainable,
    ...{ baseBefore, baseAfter },
    embedder: {
      id: `${model.id} tuned`,
      digest: (await hashFile(file, signal)).digest,
      weights: modelOnnx,
      architecture: 'bert',
      dimension: encoder.config.width,
      contextLength: encoder.config.context,
      base: { id: model.id, digest: model.digest },
      method: method.kind,
    },
  };
}
