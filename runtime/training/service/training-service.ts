import path from 'node:path';
import { GraphError, type ModelSource, type Training, type TrainingHooks } from '@graft/graph';
import { rm, mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { createAdapterService } from './adapter-service.ts';
import type { EncoderResolver, ModelResolver } from './model-file.ts';
import { runInTrainer } from './trainer-client.ts';
import type { Jobs, SentJob, StartTrainer } from './trainer-protocol.ts';
import type { JobSetting } from './training-job.ts';
import { ownerStamp, removeLeftovers, replaceFile } from '@graft/kit';
import { z } from 'zod';
import { runtimeMemory } from '../architectures/training-memory.ts';

/** Share of the insufficient memory, without the runtime's own, for the next attempt. */
const lessened = 0.6;

const limitSchema = z.object({ memory: z.number().positive() });

/** Memory limit in bytes after an earlier attempt ran out of memory; undefined: none did. */
async function memoryLimit(checkpoints: string): Promise<number | undefined> {
  try {
    return limitSchema.parse(JSON.parse(await readFile(limitFile(checkpoints), 'utf8'))).memory;
  } catch {
    return undefined;
  }
}

/** Records that an attempt expected to take this many bytes ran out of memory. */
async function lessenMemory(checkpoints: string, expected: number): Promise<void> {
  const own = Math.min(expected, runtimeMemory);
  const text = JSON.stringify({ memory: Math.floor(own + (expected - own) * lessened) });
  await replaceFile(limitFile(checkpoints), text);
}

function limitFile(checkpoints: string): string {
  return path.join(checkpoints, 'memory-limit.json');
}

export interface TrainingOptions {
  /** Starts a process for each training and each evaluation. */
  readonly startTrainer: StartTrainer;
  readonly resolveModel: ModelResolver;
  readonly resolveEncoder: EncoderResolver;
  /** CPU threads. */
  readonly threads: number;
  /** Folder for files that live as long as a training; created when needed. */
  readonly scratchFolder: string;
  /** Bytes that a training may take; absent: most of the free memory when it starts. */
  readonly memory?: number;
}

type Setting = Omit<JobSetting, 'model'>;

interface Attempt {
  readonly checkpoints: string;
  /** Memory limit in bytes. */
  readonly memory: number | undefined;
}

/** Training, and operations on adapters. Starts no process until it trains or evaluates. */
export function createTraining(options: TrainingOptions): Training {
  const { startTrainer, resolveModel, resolveEncoder, threads, memory } = options;

  const withSetting = async <T>(work: (setting: Setting) => Promise<T>): Promise<T> => {
    const scratchFolder = await openJobFolder(options.scratchFolder);
    try {
      const limit = memory === undefined ? {} : { memory };
      return await work({ threads, scratchFolder, ...limit });
    } finally {
      await rm(scratchFolder, { recursive: true, force: true });
    }
  };

  const located = async ({ id, digest, ...source }: ModelSource): Promise<JobSetting['model']> => {
    return { id, digest, path: await resolveModel({ id, digest, ...source }) };
  };

  /** Uses less memory if an earlier attempt ran out of it. */
  const train = async <Type extends keyof Jobs>(
    { checkpoints, memory: room }: Attempt,
    hooks: TrainingHooks,
    jobOf: (setting: Setting) => SentJob & { readonly type: Type },
  ): Promise<Jobs[Type]['result']> => {
    const limit = await memoryLimit(checkpoints);
    const held = limit === undefined ? {} : { memoryLimit: limit };
    const most = room !== undefined && Number.isFinite(room) ? { memory: room } : {};
    let expected: number | undefined;
    const planned = (bytes: number): void => {
      expected = bytes;
    };
    try {
      return await withSetting((setting) =>
        runInTrainer<Type>(startTrainer, jobOf({ ...most, ...setting, ...held }), {
          ...hooks,
          planned,
        }),
      );
    } catch (error) {
      const ranOut = error instanceof GraphError && error.code === 'out-of-memory';
      // The next attempt must take less.
      if (ranOut && expected !== undefined) await lessenMemory(checkpoints, expected);
      throw error;
    }
  };

  const encoderOf = async ({ id, digest, ...source }: ModelSource) => {
    return { id, digest, ...(await resolveEncoder({ id, digest, ...source })) };
  };

  return {
    ...createAdapterService(options),

    async train({ model: source, folder, memory: room, ...request }, hooks) {
      const model = await located(source);
      const attempt = { checkpoints: request.checkpoints, memory: room };
      return train(attempt, hooks, (setting) => ({
        type: 'train',
        job: { ...setting, model, folder, request },
      }));
    },

    async trainEmbedder({ model: source, folder, memory: room, ...request }, hooks) {
      const model = await encoderOf(source);
      const attempt = { checkpoints: request.checkpoints, memory: room };
      return train(attempt, hooks, (setting) => ({
        type: 'train-embedder',
        job: { ...setting, model, folder, request },
      }));
    },

    async trainQueryAdapter({ model, folder, memory: room, ...request }, hooks) {
      const attempt = { checkpoints: request.checkpoints, memory: room };
      return train(attempt, hooks, (setting) => ({
        type: 'train-query-adapter',
        job: { ...setting, model, folder, request },
      }));
    },

    async trainReranker({ model: source, folder, memory: room, ...request }, hooks) {
      const model = await encoderOf(source);
      const attempt = { checkpoints: request.checkpoints, memory: room };
      return train(attempt, hooks, (setting) => ({
        type: 'train-reranker',
        job: { ...setting, model, folder, request },
      }));
    },

    async evaluate({ model: source, ...request }, hooks) {
      const model = await located(source);
      return withSetting(async (setting) => {
        const job = { ...setting, model, ...request };
        return [...(await runInTrainer(startTrainer, { type: 'evaluate', job }, hooks))];
      });
    },
  };
}

/** Creates a folder for one job below `parent`. Removes those that killed processes left there. */
export async function openJobFolder(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  await removeLeftovers(parent);
  return mkdtemp(path.join(parent, `${ownerStamp}-training-`));
}
