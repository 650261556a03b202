import type { TrainingResult } from '@graft/graph';
import { availableMemory, machineMemory, hashFile } from '@graft/kit';
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Adapter, AdapterModule } from '../adapters/adapter.ts';
import { adapterBase, writeAdapterFolder } from '../adapters/adapter-folder.ts';
import { openBaseModel, type BaseModel } from '../architectures/base-model.ts';
import { factorNames, magnitudeName, targetModules } from '../architectures/lora-spec.ts';
import { parameterCount } from '../architectures/weight-shapes.ts';
import { sizeOf, type Shape } from '../ir/shape.ts';
import { languageTask } from '../loop/language-task.ts';
import {
  runTraining,
  type LoopHooks,
  type LoopResult,
  type LoopSetting,
} from '../loop/training-loop.ts';
import type { LoopRequest } from '../loop/training-plan.ts';
import { writeFineTuned } from './fine-tuned-model.ts';
import { ggufFile, modelGguf, modelRef } from './model-file.ts';
import { openExecutor, usesOwnMemory } from './open-executor.ts';

/** Where a job finds its model, and its limits. */
export interface JobSetting {
  readonly model: { readonly id: string; readonly digest: string; readonly path: string };
  /** CPU threads. */
  readonly threads: number;
  /** Removed by whoever started the job, however it ends. */
  readonly scratchFolder: string;
  /** Memory limit in bytes; absent: most of the machine's free memory. */
  readonly memory?: number;
  /** Memory limit in bytes that applies even if more is free. */
  readonly memoryLimit?: number;
}

export interface TrainingJob extends JobSetting {
  readonly request: LoopRequest;
  /** Folder of the result. */
  readonly folder: string;
}

/** Runs one training from an opened base to the result files. Blocks the thread for seconds at a time. */
export async function runTrainingJob(job: TrainingJob, hooks: LoopHooks): Promise<TrainingResult> {
  const { model, request, folder } = job;
  const { method } = request;
  if (method.kind === 'full') await ggufFile(model.path, model.id);
  const base = await openBaseModel(model.path);
  const baseBefore = await weightsDigest(base, hooks.signal);
  const task = languageTask({
    ...{ base, baseDigest: baseBefore, request, log: hooks.log },
    enough: machineMemory() / 2,
  });
  const trained = await runTraining(task, await loopSetting(job, hooks));
  const baseAfter = await weightsDigest(base, hooks.signal);
  const trainable = numbersIn(trained.trainable);
  const own = parameterCount(base.config);
  const common = { metrics: trained.metrics, trainable, baseBefore, baseAfter };
  if (method.kind === 'full') {
    const file = path.join(folder, modelGguf);
    await writeFineTuned(model.path, trained.parameters, { file, signal: hooks.signal });
    const id = `${model.id} fine-tuned`;
    const ref = await modelRef(folder, { id, config: base.config }, hooks.signal);
    return { ...common, total: own, model: ref };
  }
  const adapter = await writeAdapterFolder(
    adapterOf(base, method, trained.parameters),
    adapterBase(model, base.config),
    {
      folder,
      id: `${model.id} LoRA`,
      dropout: method.dropout,
      signal: hooks.signal,
    },
  );
  return { ...common, total: own + trainable, adapter };
}

/** Inputs of the loop for a job's task. */
export async function loopSetting(job: RequestedJob, hooks: LoopHooks): Promise<LoopSetting> {
  return {
    executor: await openExecutor({ ...job, device: job.request.device }),
    memory: Math.min(await memoryFor(job), job.memoryLimit ?? Infinity),
    hooks,
  };
}

type RequestedJob = Omit<JobSetting, 'model'> & { readonly request: { readonly device: string } };

/**
 * The given limit, if it concerns this process's own memory; a GPU's comes on top of the machine's. From free GPU
 * memory it leaves a margin for low estimates.
 */
async function memoryFor({ memory, request: { device } }: RequestedJob): Promise<number> {
  if (memory !== undefined && usesOwnMemory(device)) return memory;
  return Math.min(memory ?? Infinity, 0.85 * (await availableMemory()));
}

type Method = LoopRequest['method'];

function adapterOf(
  { config }: BaseModel,
  method: Extract<Method, { kind: 'lora' }>,
  parameters: LoopResult['parameters'],
): Adapter {
  const { rank, alpha, rankStabilized } = method;
  const modules = new Map<string, AdapterModule>();
  for (const { path: name, inputs, outputs } of targetModules(config, method)) {
    const [a, b] = factorNames(name).map((factor) => parameters.get(factor) ?? new Float32Array());
    if (a === undefined || b === undefined) continue;
    const magnitude = parameters.get(magnitudeName(name));
    modules.set(name, { inputs, outputs, rank, alpha, a, b, magnitude });
  }
  return { rankStabilized, base: undefined, modules };
}

/** Total number of values in tensors. */
export function numbersIn(shapes: ReadonlyMap<string, Shape>): number {
  return [...shapes.values()].reduce((sum, shape) => sum + sizeOf(shape), 0);
}

/** sha256 of the weights' file; for several files, of their digests in order. */
export async function weightsDigest(
  { files }: Pick<BaseModel, 'files'>,
  signal: AbortSignal,
): Promise<string> {
  const digests: string[] = [];
  for (const file of files) digests.push((await hashFile(file, signal)).digest);
  const [only] = digests;
  if (only !== undefined && digests.length === 1) return only;
  return createHash('sha256').update(digests.join('\n')).digest('hex');
}
