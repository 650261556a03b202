import type {
  EmbedderTrainingResult,
  RerankerTrainingResult,
  TextList,
  TextPair,
} from '@graft/graph';
import { hashFile } from '@graft/kit';
import path from 'node:path';
import { embedderTask } from '../encoders/embedder-task.ts';
import { encoderWeightShapes } from '../encoders/encoder-config.ts';
import { openEncoder } from '../encoders/encoder-model.ts';
import { rerankerTask } from '../encoders/reranker-task.ts';
import type { EncoderRequest, EncoderTraining } from '../encoders/row-task.ts';
import { headShapes } from '../encoders/score-head.ts';
import { trainedWeights } from '../encoders/trained-weights.ts';
import { writeEncoderOnnx, writeScorerOnnx } from '../encoders/write-onnx.ts';
import { runTraining, type LoopHooks, type TrainingTask } from '../loop/training-loop.ts';
import { writeBeside } from './encoder-files.ts';
import { loopSetting, numbersIn, weightsDigest, type JobSetting } from './training-job.ts';

/** Name of the weights' file in an encoder's artifact. */
const modelOnnx = 'model.onnx';

/** Other tools load the class that the config names: a classifier with one label. */
const classifier = {
  architectures: ['BertForSequenceClassification'],
  id2label: { 0: 'LABEL_0' },
  label2id: { LABEL_0: 0 },
};

/** Trains an encoder on disk and writes its result files. */
interface EncoderJob<Row> extends Omit<JobSetting, 'model'> {
  readonly model: {
    readonly id: string;
    readonly digest: string;
    /** Folder with `config.json` and the tokenizer, and the path of the weights in it. */
    readonly path: string;
    readonly weights: string;
  };
  readonly request: EncoderRequest<Row> & { readonly device: string };
  /** Folder of the result. */
  readonly folder: string;
}
export type EmbedderJob = EncoderJob<TextPair>;
export type RerankerJob = EncoderJob<TextList>;

/** Blocks the thread for seconds at a time. */
export async function runEmbedderJob(
  job: EmbedderJob,
  hooks: LoopHooks,
): Promise<EmbedderTrainingResult> {
  const { encoder, weights, own, trainable, ...result } = await train(job, hooks, embedderTask);
  const file = path.join(job.folder, modelOnnx);
  await writeEncoderOnnx(file, encoder.config, weights);
  await writeBeside(job.model.path, job.folder);
  return {
    ...{ ...result, trainable },
    total: job.request.method.kind === 'full' ? own : own + trainable,
    embedder: {
      ...(await modelOf(job, file, hooks)),
      id: `${job.model.id} tuned`,
      dimension: encoder.config.width,
      contextLength: encoder.config.context,
    },
  };
}

/** The same for an encoder with a scoring head. */
export async function runRerankerJob(
  job: RerankerJob,
  hooks: LoopHooks,
): Promise<RerankerTrainingResult> {
  const { encoder, weights, own, trainable, ...result } = await train(job, hooks, rerankerTask);
  const file = path.join(job.folder, modelOnnx);
  await writeScorerOnnx(file, encoder.config, weights);
  await writeBeside(job.model.path, job.folder, classifier);
  return {
    ...{ ...result, trainable },
    total: job.request.method.kind === 'full' ? trainable : own + trainable,
    crossEncoder: {
      ...(await modelOf(job, file, hooks)),
      id: `${job.model.id} reranker`,
      contextLength: encoder.config.context,
    },
  };
}

/** Opens a job's encoder, trains it, and digests its weights before and after: they must stay the same. */
async function train<Row, Sizes>(
  job: EncoderJob<Row>,
  hooks: LoopHooks,
  taskOf: (training: EncoderTraining<Row>) => TrainingTask<Sizes>,
) {
  const { request } = job;
  const encoder = await openEncoder(job.model.path, job.model.weights);
  const baseBefore = await weightsDigest(encoder, hooks.signal);
  const task = taskOf({ model: encoder, modelDigest: baseBefore, request });
  const { parameters, trainable, metrics } = await runTraining(task, await loopSetting(job, hooks));
  const baseAfter = await weightsDigest(encoder, hooks.signal);
  const trained = await trainedWeights(encoder, request.method, parameters);
  const head = new Set(headShapes(encoder.config).keys());
  return {
    encoder,
    /** The encoder's weights after training, and the head's if one was trained. */
    weights: (name: string) => {
      const data = head.has(name) ? parameters.get(name) : undefined;
      return data === undefined ? trained(name) : { kind: 'memory' as const, data };
    },
    /** Number of the encoder's own weights. */
    own: numbersIn(encoderWeightShapes(encoder.config)),
    trainable: numbersIn(trainable),
    ...{ metrics, baseBefore, baseAfter },
  };
}

/** Describes an encoder that was written to a file. */
async function modelOf(
  { model, request }: Pick<EncoderJob<unknown>, 'model' | 'request'>,
  file: string,
  { signal }: LoopHooks,
) {
  return {
    digest: (await hashFile(file, signal)).digest,
    weights: modelOnnx,
    architecture: 'bert',
    base: { id: model.id, digest: model.digest },
    method: request.method.kind,
  };
}
