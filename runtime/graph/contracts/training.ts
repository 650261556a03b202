import type { MetricRow } from '../metrics/metrics.ts';
import type { AdapterInfo } from '../rows/training-types.ts';
import type { EmbedderInfo, CrossEncoderInfo } from '../rows/encoder-types.ts';
import type { EncodedText } from './tokenizer.ts';
import type { Lease } from './execution.ts';
import type { ModelFacts } from '../rows/model.ts';
import type { CheckpointReport } from './run-event.ts';
import type { ModelSource } from './model-source.ts';
import type { ModelRef } from '../rows/port-types.ts';

/** A tokenized example. */
export interface TrainingExample {
  readonly id: string;
  readonly tokens: readonly number[];
  /** One a token: 1 where the loss counts its prediction. The first token is never predicted. */
  readonly trained: readonly (0 | 1)[];
}

/** What is trained. */
export type TrainingMethod =
  | {
      readonly kind: 'lora';
      readonly rank: number;
      readonly alpha: number;
      /** s = α/√r instead of α/r. */
      readonly rankStabilized: boolean;
      readonly dora: boolean;
      /** Share of the inputs of A that is dropped in training, from 0 to below 1. */
      readonly dropout: number;
      /** Kinds of modules, or `all-linear`. */
      readonly targets: readonly string[];
      /** Learning rate of B over that of A; 1 is plain LoRA. */
      readonly plusRatio: number;
    }
  | { readonly kind: 'full' };

export interface TrainingRequest {
  readonly model: ModelSource;
  readonly method: TrainingMethod;
  readonly train: readonly TrainingExample[];
  /** May be empty: there is no evaluation loss then. */
  readonly evaluation: readonly TrainingExample[];
  readonly epochs: number;
  /** Ends the training earlier; 0: no limit. */
  readonly maxSteps: number;
  /** Tokens of a row at most; longer examples are refused before. */
  readonly maxLength: number;
  /** Several examples in one row, unseen by each other. */
  readonly packing: boolean;
  /** Rows an optimizer step. */
  readonly batch: number;
  /** Rows computed at once; 0: the largest that fits into the memory. Changes speed, not the result's meaning. */
  readonly microBatch: number;
  readonly learningRate: number;
  readonly schedule: 'cosine' | 'linear' | 'constant';
  /** Share of the steps that the rate takes to rise. */
  readonly warmup: number;
  readonly weightDecay: number;
  /** Largest norm of all gradients together; 0: no clipping. */
  readonly clip: number;
  readonly seed: number;
  /** Steps between two evaluations; 0: at the end of each epoch. */
  readonly evaluateEvery: number;
  /** Evaluations without a better loss after which training stops; 0: never. */
  readonly patience: number;
  /** Steps between two checkpoints at most; time makes them more frequent where steps are slow. */
  readonly checkpointEvery: number;
  readonly device: string;
  /** Bytes that it may take at most; absent: most of what is free when it starts. */
  readonly memory?: number;
  /** Kept between attempts: training goes on from the checkpoint that it finds there. */
  readonly checkpoints: string;
  /** Empty folder for the result: an adapter's files, or a model's. */
  readonly folder: string;
}

export interface TrainingHooks {
  readonly signal: AbortSignal;
  /** Claims the memory that the training was planned to take, before it takes it; given back when it has ended. */
  readonly lease?: (bytes: number) => Promise<Lease>;
  /**
   * After each optimizer step: `train` with loss, accuracy (a share), rate, norm, tokens (so far), epoch (with its
   * fraction), tokensPerSecond, eta (seconds) and memory (bytes), without tokens where none are read; after an evaluation
   * `eval` with its loss.
   */
  readonly metrics: (row: MetricRow) => void;
  /** Where it begins, each checkpoint that it leaves, and what becomes of the last one when it is cancelled. */
  readonly checkpoint?: (report: CheckpointReport) => void;
  readonly log: (level: 'info' | 'warning', message: string) => void;
  readonly progress: (progress: {
    done: number;
    total?: number;
    unit: string;
    message?: string;
  }) => void;
}

export interface TrainingResult {
  /** All rows, those before a resume included. */
  readonly metrics: readonly MetricRow[];
  readonly trainable: number;
  readonly total: number;
  /** sha256 of the base's weights, computed before and after; equal unless something is wrong. */
  readonly baseBefore: string;
  readonly baseAfter: string;
  /** Set by `lora`. */
  readonly adapter?: AdapterInfo;
  /** Set by `full`: what the folder holds. */
  readonly model?: ModelRef;
}

/** A question with the passage that answers it and passages that only look as if they did; a text is its tokens. */
export interface TextPair<Text = readonly number[]> {
  readonly question: Text;
  readonly passage: Text;
  readonly negatives: readonly Text[];
}

/** How an encoder is trained: LoRA on linear maps by the last part of their names, or `all-linear`; or every weight. */
export type EncoderMethod =
  | {
      readonly kind: 'lora';
      readonly rank: number;
      readonly alpha: number;
      /** s = α/√r instead of α/r. */
      readonly rankStabilized: boolean;
      readonly targets: readonly string[];
    }
  | { readonly kind: 'full' };

/** As of a `TrainingRequest`, but for what is trained on; a step is of `batch` pairs, whole. */
export interface EmbedderTrainingRequest extends Pick<
  TrainingRequest,
  | ('model' | 'epochs' | 'maxSteps' | 'batch' | 'learningRate' | 'schedule' | 'warmup')
  | ('weightDecay' | 'clip' | 'seed' | 'evaluateEvery' | 'patience' | 'checkpointEvery')
  | ('device' | 'memory' | 'checkpoints' | 'folder')
> {
  readonly method: EncoderMethod;
  readonly train: readonly TextPair[];
  /** May be empty: there is no evaluation loss then. */
  readonly evaluation: readonly TextPair[];
}

/** As of a language model; `embedder` is what the folder holds. */
export interface EmbedderTrainingResult extends Omit<TrainingResult, 'adapter' | 'model'> {
  readonly embedder: EmbedderInfo;
}

/** As of an embedder's own weights, but that its vectors are given: a text is the place of its vector. */
export interface QueryAdapterRequest extends Omit<
  EmbedderTrainingRequest,
  'model' | 'method' | 'train' | 'evaluation'
> {
  /** Whose vectors they are. */
  readonly model: Pick<ModelFacts, 'id' | 'digest' | 'architecture' | 'contextLength'>;
  /** Unit-length, one after another, each `dimension` wide. */
  readonly vectors: Float32Array;
  readonly dimension: number;
  readonly train: readonly TextPair<number>[];
  /** May be empty: there is no evaluation loss then. */
  readonly evaluation: readonly TextPair<number>[];
}

/** As of an embedder's own weights, which nobody has read here. */
export type QueryAdapterResult = Pick<EmbedderTrainingResult, 'metrics' | 'trainable' | 'embedder'>;

/** A question with each of its passages as one text: the wanted passage first, then those that only look like it. */
export type TextList = readonly EncodedText[];

/** As of an embedder, but for what is trained on; a step is of `batch` lists. */
export interface RerankerTrainingRequest extends Omit<
  EmbedderTrainingRequest,
  'train' | 'evaluation'
> {
  readonly train: readonly TextList[];
  /** May be empty: there is no evaluation loss then. */
  readonly evaluation: readonly TextList[];
}

/** As of an embedder; `crossEncoder` is what the folder holds. */
export interface RerankerTrainingResult extends Omit<EmbedderTrainingResult, 'embedder'> {
  readonly crossEncoder: CrossEncoderInfo;
}

/** Families of models that can be trained: `general.architecture` of GGUF files, with `model_type`s of a config.json. */
export const trainableFamilies = {
  llama: ['llama', 'mistral'],
  qwen2: ['qwen2'],
  qwen3: ['qwen3'],
  gemma3: ['gemma3_text'],
} as const;
export type TrainableFamily = keyof typeof trainableFamilies;

/** An adapter's folder with the weight that it is applied with. */
export interface WeightedAdapter {
  readonly path: string;
  readonly info: AdapterInfo;
  readonly weight: number;
}

/** PEFT's `combination_type`s. Those ending in `_svd` act on ΔW, the others on A and B apart. */
export const mergeMethods = [
  'cat',
  'linear',
  'svd',
  'ties',
  'ties_svd',
  'dare_linear',
  'dare_linear_svd',
  'dare_ties',
  'dare_ties_svd',
  'magnitude_prune',
  'magnitude_prune_svd',
] as const;
export type MergeMethod = (typeof mergeMethods)[number];

export interface MergeRequest {
  readonly adapters: readonly WeightedAdapter[];
  readonly method: MergeMethod;
  /** Of the result, for the `svd` methods; 0: the largest of the adapters. */
  readonly rank: number;
  /** Share of values that is kept, for pruning methods. */
  readonly density: number;
  readonly sign: 'total' | 'frequency';
  readonly seed: number;
  readonly folder: string;
}

/** Training and everything about adapters. Long work honours `signal`. */
export interface Training {
  /**
   * Trains in a process of its own. Cancelled, it leaves a checkpoint of the last whole step, within a minute at most.
   * Throws `cancelled`, `out-of-memory`, `bad-input`, `bad-model`, `no-space`.
   */
  train(request: TrainingRequest, hooks: TrainingHooks): Promise<TrainingResult>;
  /**
   * The same of an embedder: each question is to pick its own passage out of those of its batch (MultipleNegativesRanking).
   */
  trainEmbedder(
    request: EmbedderTrainingRequest,
    hooks: TrainingHooks,
  ): Promise<EmbedderTrainingResult>;
  /**
   * The same of a linear map that is applied to questions' vectors alone, so that passages and what is indexed of them stay
   * as the base embeds them. Writes sentence-transformers' `2_Dense` into the folder.
   */
  trainQueryAdapter(
    request: QueryAdapterRequest,
    hooks: TrainingHooks,
  ): Promise<QueryAdapterResult>;
  /** The same of a cross-encoder, with a new head on an embedder's weights: the wanted passage of each list is to have the highest score. */
  trainReranker(
    request: RerankerTrainingRequest,
    hooks: TrainingHooks,
  ): Promise<RerankerTrainingResult>;
  /** Sum of the negative log-likelihoods of each example's trained tokens, and their number. */
  evaluate(
    request: {
      readonly model: ModelSource;
      readonly adapters: readonly WeightedAdapter[];
      readonly examples: readonly TrainingExample[];
      readonly device: string;
    },
    hooks: Pick<TrainingHooks, 'signal' | 'progress' | 'lease'>,
  ): Promise<{ readonly loss: number; readonly tokens: number }[]>;
  /** Reads a PEFT folder or a GGUF adapter, checks it against the base, and writes an adapter folder. */
  importAdapter(
    request: { readonly path: string; readonly model: ModelSource; readonly folder: string },
    signal: AbortSignal,
  ): Promise<AdapterInfo>;
  mergeAdapters(request: MergeRequest, signal: AbortSignal): Promise<AdapterInfo>;
  /** Writes the files of an adapter in another encoding. Throws `bad-input` where a number does not fit into it. */
  encodeAdapter(
    request: {
      readonly adapter: Omit<WeightedAdapter, 'weight'>;
      readonly encoding: 'f16';
      readonly folder: string;
    },
    signal: AbortSignal,
  ): Promise<void>;
  /** Writes a standalone `model.gguf` into the folder. */
  mergeIntoModel(
    request: {
      readonly model: ModelSource;
      readonly adapters: readonly WeightedAdapter[];
      readonly encoding: 'f16' | 'q8_0';
      readonly folder: string;
    },
    hooks: Pick<TrainingHooks, 'signal' | 'progress'>,
  ): Promise<ModelRef>;
  /** Module by module: norms of both and the cosine between what they add. */
  compareAdapters(
    one: WeightedAdapter,
    other: WeightedAdapter,
    signal: AbortSignal,
  ): Promise<MetricRow[]>;
  /** A small model of the base's family and tokenizer with random weights, as `model.gguf` in the folder. */
  randomModel(
    request: {
      readonly like: ModelSource;
      readonly layers: number;
      readonly width: number;
      readonly heads: number;
      readonly kvHeads: number;
      readonly feedForward: number;
      readonly seed: number;
      readonly folder: string;
    },
    signal: AbortSignal,
  ): Promise<ModelRef>;
}
