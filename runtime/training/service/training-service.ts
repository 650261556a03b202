import { GraphError, type ModelSource, type Training } from '@graft/graph';
import { rm } from 'node:fs/promises';
import { createAdapterService } from './adapter-service.ts';
import { openJobFolder } from './job-folder.ts';
import { lessenMemory, memoryLimit } from './memory-limit.ts';
import type { ModelResolver } from './model-resolver.ts';
import { packExamples } from './packed-examples.ts';
import { runInTrainer } from './trainer-client.ts';
import type { StartTrainer } from './trainer-process.ts';
import type { JobSetting } from './training-job.ts';

export interface TrainingOptions {
  /** Starts a process for each training and each evaluation. */
  readonly startTrainer: StartTrainer;
  readonly resolveModel: ModelResolver;
  /** Of the CPU. */
  readonly threads: number;
  /** For files that live as long as a training does; made when needed. */
  readonly scratchFolder: string;
  /** Bytes that a training may take; absent: most of what is free on the machine when it starts. */
  readonly memory?: number;
}

/** Training and everything about adapters. Starts no process until asked to train or to evaluate. */
export function createTraining(options: TrainingOptions): Training {
  const { startTrainer, resolveModel, threads, memory } = options;

  const withSetting = async <T>(
    { id, digest, ...source }: ModelSource,
    work: (setting: JobSetting) => Promise<T>,
  ): Promise<T> => {
    const model = { id, digest, path: await resolveModel({ id, digest, ...source }) };
    const scratchFolder = await openJobFolder(options.scratchFolder);
    try {
      const limit = memory === undefined ? {} : { memory };
      return await work({ model, threads, scratchFolder, ...limit });
    } finally {
      await rm(scratchFolder, { recursive: true, force: true });
    }
  };

  return {
    ...createAdapterService(options),

    train: ({ model, folder, memory: room, ...request }, hooks) =>
      withSetting(model, async (setting) => {
        const train = packExamples(request.train);
        const evaluation = packExamples(request.evaluation);
        const limit = await memoryLimit(request.checkpoints);
        const held = limit === undefined ? {} : { memoryLimit: limit };
        const most = room !== undefined && Number.isFinite(room) ? { memory: room } : {};
        const job = {
          ...most,
          ...setting,
          ...held,
          folder,
          request: { ...request, train, evaluation },
        };
        let expected: number | undefined;
        const planned = (bytes: number): void => {
          expected = bytes;
        };
        try {
          const all = { ...hooks, planned };
          const answer = await runInTrainer(startTrainer, { type: 'train', job }, all);
          if (answer.type === 'trained') return answer.result;
          throw wrongAnswer();
        } catch (error) {
          const ranOut = error instanceof GraphError && error.code === 'out-of-memory';
          // Whoever tries again is to try less.
          if (ranOut && expected !== undefined) await lessenMemory(request.checkpoints, expected);
          throw error;
        }
      }),

    evaluate: ({ model, examples, ...request }, hooks) =>
      withSetting(model, async (setting) => {
        const job = { ...setting, ...request, examples: packExamples(examples) };
        const answer = await runInTrainer(startTrainer, { type: 'evaluate', job }, hooks);
        if (answer.type === 'evaluated') return [...answer.losses];
        throw wrongAnswer();
      }),
  };
}

function wrongAnswer(): GraphError {
  return new GraphError('internal', 'the trainer answered something else than it was asked', {
    audience: 'developer',
  });
}
