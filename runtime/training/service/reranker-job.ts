import type { RerankerTrainingResult } from '@graft/graph';
import { hashFile } from '@graft/kit';
import path from 'node:path';
import { encoderWeightShapes } from '../encoders/encoder-config.ts';
import type { EncoderModel } from '../encoders/encoder-model.ts';
import type { RerankerRequest } from '../encoders/reranker-request.ts';
import { headShapes } from '../encoders/score-head.ts';
import { trainReranker } from '../encoders/train-reranker.ts';
import { trainedWeights } from '../encoders/trained-weights.ts';
import { writeScorerOnnx } from '../encoders/write-onnx.ts';
import type { WeightLookup } from '../ir/executor.ts';
import type { LoopHooks } from '../loop/training-loop.ts';
import type { Parameters } from '../optimizer/adamw.ts';
import { writeBeside } from './encoder-files.ts';
import { modelOnnx, numbersOf, trainOpened, type EncoderJobSetting } from './encoder-job.ts';

/** Other tools load what its config names: a classifier with one label. */
const classifier = {
  architectures: ['BertForSequenceClassification'],
  id2label: { 0: 'LABEL_0' },
  label2id: { LABEL_0: 0 },
};

export interface RerankerJob extends EncoderJobSetting {
  readonly request: RerankerRequest & { readonly device: string };
}

/** One training from an opened encoder to the files of its result. Blocks the thread for seconds at a time. */
export async function runRerankerJob(
  job: RerankerJob,
  hooks: LoopHooks,
): Promise<RerankerTrainingResult> {
  const { model, request, folder } = job;
  const { method } = request;
  const { encoder, trained, ...digests } = await trainOpened(job, hooks, (opened) =>
    trainReranker({ ...opened, request }),
  );
  const file = path.join(folder, modelOnnx);
  const weights = await scorerWeights(encoder, method, trained.parameters);
  await writeScorerOnnx(file, encoder.config, weights);
  await writeBeside(model.path, folder, classifier);
  const trainable = numbersOf(trained.trainable);
  const own = numbersOf(encoderWeightShapes(encoder.config));
  return {
    metrics: trained.metrics,
    trainable,
    total: method.kind === 'full' ? trainable : own + trainable,
    ...digests,
    crossEncoder: {
      id: `${model.id} reranker`,
      digest: (await hashFile(file, hooks.signal)).digest,
      weights: modelOnnx,
      architecture: 'bert',
      contextLength: encoder.config.context,
      base: { id: model.id, digest: model.digest },
      method: method.kind,
    },
  };
}

/** The encoder's weights with what was trained of them, and the head's. */
async function scorerWeights(
  encoder: EncoderModel,
  method: RerankerRequest['method'],
  parameters: Parameters,
): Promise<WeightLookup> {
  const own = await trainedWeights(encoder, method, parameters);
  const head = new Set(headShapes(encoder.config).keys());
  return (name) => {
    const data = head.has(name) ? parameters.get(name) : undefined;
    return data === undefined ? own(name) : { kind: 'memory', data };
  };
}
