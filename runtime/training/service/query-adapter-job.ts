import type { QueryAdapterResult, TrainingRequest } from '@graft/graph';
import { hashFile } from '@graft/kit';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  adapterMatrix,
  deltaName,
  queryAdapterTask,
  type QueryAdapterRequest,
} from '../encoders/query-adapter.ts';
import { writeSafetensors } from '../formats/safetensors.ts';
import { runTraining, type LoopHooks } from '../loop/training-loop.ts';
import { loopSetting, numbersIn, type JobSetting } from './training-job.ts';

/** Path of a linear map after the pooling in sentence-transformers (0 is the encoder, 1 the pooling). */
const denseFolder = '2_Dense';

/** A training on existing vectors: opens no model. */
export interface QueryAdapterJob extends Omit<JobSetting, 'model'> {
  readonly model: {
    readonly id: string;
    readonly digest: string;
    readonly architecture: string;
    readonly contextLength: number;
  };
  readonly request: QueryAdapterRequest & Pick<TrainingRequest, 'device'>;
  /** Folder of the result. */
  readonly folder: string;
}

/** Trains on vectors and writes the result files. */
export async function runQueryAdapterJob(
  job: QueryAdapterJob,
  hooks: LoopHooks,
): Promise<QueryAdapterResult> {
  const { model, request, folder } = job;
  const { dimension } = request;
  const task = queryAdapterTask({ request, modelDigest: model.digest });
  const trained = await runTraining(task, await loopSetting(job, hooks));
  const delta = trained.parameters.get(deltaName) ?? new Float32Array();
  const weights = `${denseFolder}/model.safetensors`;
  await writeDense(path.join(folder, denseFolder), adapterMatrix(delta, dimension), dimension);
  const { digest } = await hashFile(path.join(folder, weights), hooks.signal);
  const { id, architecture, contextLength } = model;
  return {
    metrics: trained.metrics,
    trainable: numbersIn(trained.trainable),
    embedder: {
      id: `${id} with a query adapter`,
      ...{ digest, weights, architecture, dimension, contextLength },
      base: { id, digest: model.digest },
      method: 'query-adapter',
    },
  };
}

/** A module in the format of sentence-transformers' `Dense`: [outputs, inputs], without bias or activation. */
async function writeDense(folder: string, matrix: Float32Array, dimension: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const config = {
    in_features: dimension,
    out_features: dimension,
    bias: false,
    activation_function: 'torch.nn.modules.linear.Identity',
  };
  await writeFile(path.join(folder, 'config.json'), `${JSON.stringify(config, undefined, 2)}\n`);
  await writeSafetensors(path.join(folder, 'model.safetensors'), [
    { name: 'linear.weight', shape: [dimension, dimension], data: matrix },
  ]);
}
