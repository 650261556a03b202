import {
  checkpointReportSchema,
  type CheckpointReport,
  type EmbedderTrainingResult,
  type MetricRow,
  type Problem,
  type QueryAdapterResult,
  type RerankerTrainingResult,
  type TrainingHooks,
  type TrainingResult,
  GraphError,
} from '@graft/graph';
import { z } from 'zod';
import type { EmbedderJob, RerankerJob } from './encoder-job.ts';
import type { EvaluationJob, ExampleLoss } from './evaluation-job.ts';
import type { QueryAdapterJob } from './query-adapter-job.ts';
import type { TrainingJob } from './training-job.ts';

/** Jobs of a trainer, and their results. */
export interface Jobs {
  readonly train: Work<TrainingJob, TrainingResult>;
  readonly 'train-embedder': Work<EmbedderJob, EmbedderTrainingResult>;
  readonly 'train-query-adapter': Work<QueryAdapterJob, QueryAdapterResult>;
  readonly 'train-reranker': Work<RerankerJob, RerankerTrainingResult>;
  readonly evaluate: Work<EvaluationJob, readonly ExampleLoss[]>;
}
interface Work<Job, Result> {
  readonly job: Job;
  readonly result: Result;
}

export type SentJob = {
  readonly [Type in keyof Jobs]: { readonly type: Type; readonly job: Jobs[Type]['job'] };
}[keyof Jobs];

/** Messages to a trainer process. It runs one job, then exits. */
export type ToTrainer =
  | SentJob
  /** It may take the announced memory. */
  | { readonly type: 'granted' }
  | { readonly type: 'cancel' };

type Progress = Parameters<TrainingHooks['progress']>[0];

/** Messages from a trainer process. `done` and `failed` are its last. */
export type FromTrainer =
  | { readonly type: 'done'; readonly result: Jobs[keyof Jobs]['result'] }
  | { readonly type: 'metrics'; readonly row: MetricRow }
  | { readonly type: 'log'; readonly level: 'info' | 'warning'; readonly message: string }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'checkpoint'; readonly checkpoint: CheckpointReport }
  /** Bytes that it expects to take; it waits for `granted` first. */
  | { readonly type: 'planned'; readonly memory: number }
  | { readonly type: 'failed'; readonly problem: Problem };

const custom = <T>() => z.custom<T>((value) => typeof value === 'object' && value !== null);
const toTrainerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('train'), job: custom<TrainingJob>() }),
  z.object({ type: z.literal('train-embedder'), job: custom<EmbedderJob>() }),
  z.object({ type: z.literal('train-query-adapter'), job: custom<QueryAdapterJob>() }),
  z.object({ type: z.literal('train-reranker'), job: custom<RerankerJob>() }),
  z.object({ type: z.literal('evaluate'), job: custom<EvaluationJob>() }),
  z.object({ type: z.literal('granted') }),
  z.object({ type: z.literal('cancel') }),
]);
const fromTrainerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('metrics'), row: custom<MetricRow>() }),
  z.object({
    type: z.literal('log'),
    level: z.enum(['info', 'warning']),
    message: z.string(),
  }),
  z.object({ type: z.literal('progress'), progress: custom<Progress>() }),
  z.object({ type: z.literal('checkpoint'), checkpoint: checkpointReportSchema }),
  z.object({ type: z.literal('planned'), memory: z.number() }),
  z.object({ type: z.literal('done'), result: custom<Jobs[keyof Jobs]['result']>() }),
  z.object({ type: z.literal('failed'), problem: custom<Problem>() }),
]);

/**
 * Parses a message of the channel; undefined for foreign ones. Checks envelopes only: contents come from the same
 * build.
 */
export function readToTrainer(message: unknown): ToTrainer | undefined {
  return toTrainerSchema.safeParse(message).data;
}
export function readFromTrainer(message: unknown): FromTrainer | undefined {
  return fromTrainerSchema.safeParse(message).data;
}

/** The result of a job of this type; the trainer was started from the same build. */
export function resultOf<Type extends keyof Jobs>(result: unknown): Jobs[Type]['result'] {
  return custom<Jobs[Type]['result']>().parse(result);
}

export function cancelled(): GraphError {
  return new GraphError('cancelled', 'The training was cancelled.');
}

/** A process that runs `serveTrainer`; its channel preserves typed arrays. */
export interface TrainerProcess {
  send(message: ToTrainer): void;
  /** Kills it at once, whatever it is doing. */
  kill(): void;
  /** Settles when it has exited. */
  readonly exited: Promise<unknown>;
}

/** Starts a trainer. `exit` receives how it ended as an error: `worker-died` or `out-of-memory`. */
export type StartTrainer = (events: {
  message(raw: unknown): void;
  exit(error: GraphError): void;
}) => TrainerProcess;
