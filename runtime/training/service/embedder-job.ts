import type { EmbedderTrainingResult } from '@graft/graph';
import { hashFile } from '@graft/kit';
import path from 'node:path';
import { encoderWeightShapes } from '../encoders/encoder-config.ts';
import type { EncoderRequest } from '../encoders/encoder-request.ts';
import { trainEncoder } from '../encoders/train-encoder.ts';
import { trainedWeights } from '../encoders/trained-weights.ts';
import { writeEncoderOnnx } from '../encoders/write-onnx.ts';
import type { LoopHooks } from '../loop/training-loop.ts';
import { writeBeside } from './encoder-files.ts';
import { modelOnnx, numbersOf, trainOpened, type EncoderJobSetting } from './encoder-job.ts';

export interface EmbedderJob extends EncoderJobSetting {
  readonly request: EncoderRequest & { readonly device: string };
}

/** One training from an opened encoder to the files of its result. Blocks the thread for seconds at a time. */
export async function runEmbedderJob(
  job: EmbedderJob,
  hooks: LoopHooks,
): Promise<EmbedderTrainingResult> {
  const { model, request, folder } = job;
  const { method } = request;
  const { encoder, trained, ...digests } = await trainOpened(job, hooks, (opened) =>
    trainEncoder({ ...opened, request }),
  );
  const weights = await trainedWeights(encoder, method, trained.parameters);
  const file = path.join(folder, modelOnnx);
  await writeEncoderOnnx(file, encoder.config, weights);
  await writeBeside(model.path, folder);
  const own = numbersOf(encoderWeightShapes(encoder.config));
  const trainable = numbersOf(trained.trainable);
  return {
    metrics: trained.metrics,
    trainable,
    total: method.kind === 'full' ? own : own + trainable,
    ...digests,
    embedder: {
      id: `${model.id} tuned`,
      digest: (await hashFile(file, hooks.signal)).digest,
      weights: modelOnnx,
      architecture: 'bert',
      dimension: encoder.config.width,
      contextLength: encoder.config.context,
      base: { id: model.id, digest: model.digest },
      method: method.kind,
    },
  };
}
