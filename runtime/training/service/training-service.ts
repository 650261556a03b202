import {
  GraphError,
  type ModelSource,
  type Training,
  type TrainingHooks,
  type TrainingRequest,
} from '@graft/graph';
import { rm } from 'node:fs/promises';
import { createAdapterService } from './adapter-service.ts';
import { openJobFolder } from './job-folder.ts';
import { lessenMemory, memoryLimit } from './memory-limit.ts';
import type { EncoderResolver, ModelResolver } from './model-resolver.ts';
import { packExamples } from './packed-examples.ts';
import { packLists } from './packed-lists.ts';
import { packPairs } from './packed-pairs.ts';
import { runInTrainer } from './trainer-client.ts';
import type { StartTrainer } from './trainer-process.ts';
import type { Answer, SentJob } from './trainer-protocol.ts';
import type { JobSetting } from './training-job.ts';

export interface TrainingOptions {
  /** Starts a process for each training and each evaluation. */
  readonly startTrainer: StartTrainer;
  readonly resolveModel: ModelResolver;
  readonly resolveEncoder: EncoderResolver;
  /** Of the CPU. */
  readonly threads: number;
  /** For files that live as long as a training does; made when needed. */
  readonly scratchFolder: string;
  /** Bytes that a training may take; absent: most of what is free on the machine when it starts. */
  readonly memory?: number;
}

type Setting = Omit<JobSetting, 'model'>;

/** Training and everything about adapters. Starts no process until asked to train or to evaluate. */
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

  /** Held to less where memory ran out under an attempt before, which is remembered. */
  const train = async (
    { checkpoints, memory: room }: Pick<TrainingRequest, 'checkpoints' | 'memory'>,
    hooks: TrainingHooks,
    jobOf: (setting: Setting) => SentJob,
  ): Promise<Answer> => {
    const limit = await memoryLimit(checkpoints);
    const held = limit === undefined ? {} : { memoryLimit: limit };
    const most = room !== undefined && Number.isFinite(room) ? { memory: room } : {};
    let expected: number | undefined;
    const planned = (bytes: number): void => {
      expected = bytes;
    };
    try {
      return await withSetting((setting) =>
        runInTrainer(startTrainer, jobOf({ ...most, ...setting, ...held }), { ...hooks, planned }),
      );
    } catch (error) {
      const ranOut = error instanceof GraphError && error.code === 'out-of-memory';
      // Whoever tries again is to try less.
      if (ranOut && expected !== undefined) await lessenMemory(checkpoints, expected);
      throw error;
    }
  };

  return {
    ...createAdapterService(options),

    async train({ model: source, folder, memory: room, ...request }, hooks) {
      const model = await located(source);
      const packed = {
        train: packExamples(request.train),
        evaluation: packExamples(request.evaluation),
      };
      const { checkpoints } = request;
      const answer = await train({ checkpoints, ...given(room) }, hooks, (setting) => ({
        type: 'train',
        job: { ...setting, model, folder, request: { ...request, ...packed } },
      }));
      if (answer.type === 'trained') return answer.result;
      throw wrongAnswer();
    },

    async trainEmbedder({ model: source, folder, memory: room, ...request }, hooks) {
      const { id, digest } = source;
      const model = { id, digest, ...(await resolveEncoder(source)) };
      const packed = { train: packPairs(request.train), evaluation: packPairs(request.evaluation) };
      const { checkpoints } = request;
      const answer = await train({ checkpoints, ...given(room) }, hooks, (setting) => ({
        type: 'train-embedder',
        job: { ...setting, model, folder, request: { ...request, ...packed } },
      }));
      if (answer.type === 'embedder-trained') return answer.result;
      throw wrongAnswer();
    },

    async trainQueryAdapter({ model, folder, memory: room, ...request }, hooks) {
      const { checkpoints } = request;
      const answer = await train({ checkpoints, ...given(room) }, hooks, (setting) => ({
        type: 'train-query-adapter',
        job: { ...setting, model, folder, request },
      }));
      if (answer.type === 'query-adapter-trained') return answer.result;
      throw wrongAnswer();
    },

    async trainReranker({ model: source, folder, memory: room, ...request }, hooks) {
      const { id, digest } = source;
      const model = { id, digest, ...(await resolveEncoder(source)) };
      const packed = { train: packLists(request.train), evaluation: packLists(request.evaluation) };
      const { checkpoints } = request;
      const answer = await train({ checkpoints, ...given(room) }, hooks, (setting) => ({
        type: 'train-reranker',
        job: { ...setting, model, folder, request: { ...request, ...packed } },
      }));
      if (answer.type === 'reranker-trained') return answer.result;
      throw wrongAnswer();
    },

    async evaluate({ model: source, examples, ...request }, hooks) {
      const model = await located(source);
      return withSetting(async (setting) => {
        const job = { ...setting, model, ...request, examples: packExamples(examples) };
        const answer = await runInTrainer(startTrainer, { type: 'evaluate', job }, hooks);
        if (answer.type === 'evaluated') return [...answer.losses];
        throw wrongAnswer();
      });
    },
  };
}

function given(memory: number | undefined): { readonly memory?: number } {
  return memory === undefined ? {} : { memory };
}

function wrongAnswer(): GraphError {
  return new GraphError('internal', 'the trainer answered something else than it was asked', {
    audience: 'developer',
  });
}
