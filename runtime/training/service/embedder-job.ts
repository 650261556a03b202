import { GraphError, type EmbedderTrainingResult } from '@graft/graph';
import { hashFile } from '@graft/kit';
import { copyFile } from 'node:fs/promises';
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
import { memoryFor, weightsDigest, type JobSetting } from './training-job.ts';

/** Name of the weights' file in an encoder's artifact. */
export const modelOnnx = 'model.onnx';
/** What an encoder is loaded by beside its weights; those of its base that are there. */
const beside = ['config.json', 'tokenizer.json', 'tokenizer_config.json'] as const;
const besideIfThere = ['special_tokens_map.json', 'vocab.txt'] as const;

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
  await copyBeside(model.path, folder);
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

/** Copies what an encoder is loaded by beside its weights. Throws `bad-model` where some of it is missing. */
export async function copyBeside(from: string, to: string): Promise<void> {
  for (const name of beside) await copyOwn(from, to, name);
  for (const name of besideIfThere) await copyOwn(from, to, name).catch(() => undefined);
}

async function copyOwn(from: string, to: string, name: string): Promise<void> {
  await copyFile(path.join(from, name), path.join(to, name)).catch((cause: unknown) => {
    throw new GraphError(
      'bad-model',
      `${from} has no ${name}, which an embedder is loaded by; get the model's files again`,
      { location: { file: path.join(from, name) }, cause },
    );
  });
}
