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
} from '@graft/graph';
import { z } from 'zod';
import type { EmbedderJob } from './embedder-job.ts';
import type { EvaluationJob, ExampleLoss } from './evaluation-job.ts';
import type { PackedExamples } from './packed-examples.ts';
import type { PackedLists } from './packed-lists.ts';
import type { PackedPairs } from './packed-pairs.ts';
import type { QueryAdapterJob } from './query-adapter-job.ts';
import type { RerankerJob } from './reranker-job.ts';
import type { TrainingJob } from './training-job.ts';

type Packed<T, Keys extends keyof T, As = PackedExamples> = Omit<T, Keys> &
  Readonly<Record<Keys, As>>;

/** A training as it is sent: examples packed. */
type SentTraining = Omit<TrainingJob, 'request'> & {
  readonly request: Packed<TrainingJob['request'], 'train' | 'evaluation'>;
};
type SentEmbedderTraining = Omit<EmbedderJob, 'request'> & {
  readonly request: Packed<EmbedderJob['request'], 'train' | 'evaluation', PackedPairs>;
};
type SentRerankerTraining = Omit<RerankerJob, 'request'> & {
  readonly request: Packed<RerankerJob['request'], 'train' | 'evaluation', PackedLists>;
};
type SentEvaluation = Packed<EvaluationJob, 'examples'>;

/** What a trainer works on. */
export type SentJob =
  | { readonly type: 'train'; readonly job: SentTraining }
  | { readonly type: 'train-embedder'; readonly job: SentEmbedderTraining }
  | { readonly type: 'train-query-adapter'; readonly job: QueryAdapterJob }
  | { readonly type: 'train-reranker'; readonly job: SentRerankerTraining }
  | { readonly type: 'evaluate'; readonly job: SentEvaluation };

/** To a trainer process. It works on one job, then ends. */
export type ToTrainer =
  | SentJob
  /** It may take what it said that it would. */
  | { readonly type: 'granted' }
  | { readonly type: 'cancel' };

type Progress = Parameters<TrainingHooks['progress']>[0];

/** What a trainer has made of its job, by the job's type. */
export type Answer =
  | { readonly type: 'trained'; readonly result: TrainingResult }
  | { readonly type: 'embedder-trained'; readonly result: EmbedderTrainingResult }
  | { readonly type: 'query-adapter-trained'; readonly result: QueryAdapterResult }
  | { readonly type: 'reranker-trained'; readonly result: RerankerTrainingResult }
  | { readonly type: 'evaluated'; readonly losses: readonly ExampleLoss[] };

/** From a trainer process. An answer and `failed` are its last. */
export type FromTrainer =
  | Answer
  | { readonly type: 'metrics'; readonly row: MetricRow }
  | { readonly type: 'log'; readonly level: 'info' | 'warning'; readonly message: string }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'checkpoint'; readonly checkpoint: CheckpointReport }
  /** Bytes that it expects to take; it waits for `granted` before. */
  | { readonly type: 'planned'; readonly memory: number }
  | { readonly type: 'failed'; readonly problem: Problem };

const custom = <T>() => z.custom<T>((value) => typeof value === 'object' && value !== null);
const toTrainerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('train'), job: custom<SentTraining>() }),
  z.object({ type: z.literal('train-embedder'), job: custom<SentEmbedderTraining>() }),
  z.object({ type: z.literal('train-query-adapter'), job: custom<QueryAdapterJob>() }),
  z.object({ type: z.literal('train-reranker'), job: custom<SentRerankerTraining>() }),
  z.object({ type: z.literal('evaluate'), job: custom<SentEvaluation>() }),
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
  z.object({ type: z.literal('trained'), result: custom<TrainingResult>() }),
  z.object({ type: z.literal('embedder-trained'), result: custom<EmbedderTrainingResult>() }),
  z.object({ type: z.literal('query-adapter-trained'), result: custom<QueryAdapterResult>() }),
  z.object({ type: z.literal('reranker-trained'), result: custom<RerankerTrainingResult>() }),
  z.object({ type: z.literal('evaluated'), losses: z.array(custom<ExampleLoss>()) }),
  z.object({ type: z.literal('failed'), problem: custom<Problem>() }),
]);

/** A message of the channel; undefined for what is none of ours. Envelopes are checked, contents are of the same build. */
export function readToTrainer(message: unknown): ToTrainer | undefined {
  return toTrainerSchema.safeParse(message).data;
}
export function readFromTrainer(message: unknown): FromTrainer | undefined {
  return fromTrainerSchema.safeParse(message).data;
}
