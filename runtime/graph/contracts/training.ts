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
  /** One a token: 1 if the loss counts its prediction. The first token is never predicted. */
  readonly trained: readonly (0 | 1)[];
}

/** Training method. */
export type TrainingMethod =
  | {
      readonly kind: 'lora';
      readonly rank: number;
      readonly alpha: number;
      /** s = α/√r instead of α/r. */
      readonly rankStabilized: boolean;
      readonly dora: boolean;
      /** Dropout on the inputs of A, from 0 to below 1. */
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
  /** May be empty: then there is no evaluation loss. */
  readonly evaluation: readonly TrainingExample[];
  readonly epochs: number;
  /** Upper limit of steps; 0: none. */
  readonly maxSteps: number;
  /** Maximal tokens of a row; longer examples must be refused before. */
  readonly maxLength: number;
  /** Packs several examples into one row; they do not attend to each other. */
  readonly packing: boolean;
  /** Rows of an optimizer step. */
  readonly batch: number;
  /** Rows computed at once; 0: as many as fit into memory. Affects speed, not results beyond rounding. */
  readonly microBatch: number;
  readonly learningRate: number;
  readonly schedule: 'cosine' | 'linear' | 'constant';
  /** Share of the steps in which the rate rises. */
  readonly warmup: number;
  readonly weightDecay: number;
  /** Maximal norm of all gradients together; 0: no clipping. */
  readonly clip: number;
  readonly seed: number;
  /** Steps between two evaluations; 0: at the end of each epoch. */
  readonly evaluateEvery: number;
  /** Evaluations without improvement after which training stops; 0: never. */
  readonly patience: number;
  /** Maximal steps between two checkpoints; slow steps save more often, by time. */
  readonly checkpointEvery: number;
  readonly device: string;
  /** Memory limit in bytes; absent: most of the free memory at the start. */
  readonly memory?: number;
  /** Kept between attempts: training resumes from the checkpoint in it. */
  readonly checkpoints: string;
  /** Empty folder for the result: an adapter's files, or a model's. */
  readonly folder: string;
}

export interface TrainingHooks {
  readonly signal: AbortSignal;
  /** Reserves the planned memory of the training; the training releases it at its end. */
  readonly lease?: (bytes: number) => Promise<Lease>;
  /**
   * After each optimizer step: `train` with loss, accuracy (a share), rate, norm, tokens (so far), epoch (fractional),
   * tokensPerSecond, eta (seconds) and memory (bytes), without tokens if the task reads none. After an evaluation:
   * `eval` with its loss.
   */
  readonly metrics: (row: MetricRow) => void;
  /** Reports the resumed step, each checkpoint, and the last one on cancellation. */
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
  /** All rows, including those before a resume. */
  readonly metrics: readonly MetricRow[];
  readonly trainable: number;
  readonly total: number;
  /** sha256 of the base's weights, before and after training; they differ only if something is wrong. */
  readonly baseBefore: string;
  readonly baseAfter: string;
  /** Set by `lora`. */
  readonly adapter?: AdapterInfo;
  /** Set by `full`: what the folder holds. */
  readonly model?: ModelRef;
}

/** A question with the passage that answers it and similar passages that do not; a text is its tokens. */
export interface TextPair<Text = readonly number[]> {
  readonly question: Text;
  readonly passage: Text;
  readonly negatives: readonly Text[];
}

/**
 * Training method of an encoder: LoRA on linear maps by the last part of their names, or `all-linear`; or every weight.
 */
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

/** As in `TrainingRequest`, except for the data; a step takes `batch` whole pairs. */
export interface EmbedderTrainingRequest extends Pick<
  TrainingRequest,
  | ('model' | 'epochs' | 'maxSteps' | 'batch' | 'learningRate' | 'schedule' | 'warmup')
  | ('weightDecay' | 'clip' | 'seed' | 'evaluateEvery' | 'patience' | 'checkpointEvery')
  | ('device' | 'memory' | 'checkpoints' | 'folder')
> {
  readonly method: EncoderMethod;
  readonly train: readonly TextPair[];
  /** May be empty: then there is no evaluation loss. */
  readonly evaluation: readonly TextPair[];
}

/** As for a language model; `embedder` describes the folder. */
export interface EmbedderTrainingResult extends Omit<TrainingResult, 'adapter' | 'model'> {
  readonly embedder: EmbedderInfo;
}

/** As for an embedder's own weights, but with given vectors: a text is the index of its vector. */
export interface QueryAdapterRequest extends Omit<
  EmbedderTrainingRequest,
  'model' | 'method' | 'train' | 'evaluation'
> {
  /** The embedder of the vectors. */
  readonly model: Pick<ModelFacts, 'id' | 'digest' | 'architecture' | 'contextLength'>;
  /** Unit-length, concatenated, each `dimension` wide. */
  readonly vectors: Float32Array;
  readonly dimension: number;
  readonly train: readonly TextPair<number>[];
  /** May be empty: then there is no evaluation loss. */
  readonly evaluation: readonly TextPair<number>[];
}

/** As for an embedder's own weights, which this training does not read. */
export type QueryAdapterResult = Pick<EmbedderTrainingResult, 'metrics' | 'trainable' | 'embedder'>;

/** A question joined with each of its passages: the relevant one first, then similar ones. */
export type TextList = readonly EncodedText[];

/** As for an embedder, except for the data; a step takes `batch` lists. */
export interface RerankerTrainingRequest extends Omit<
  EmbedderTrainingRequest,
  'train' | 'evaluation'
> {
  readonly train: readonly TextList[];
  /** May be empty: then there is no evaluation loss. */
  readonly evaluation: readonly TextList[];
}

/** As for an embedder; `crossEncoder` describes the folder. */
export interface RerankerTrainingResult extends Omit<EmbedderTrainingResult, 'embedder'> {
  readonly crossEncoder: CrossEncoderInfo;
}

/**
 * Model families that Graft can train: `general.architecture` of GGUF files, with the `model_type`s of a config.json.
 */
export const trainableFamilies = {
  llama: ['llama', 'mistral'],
  qwen2: ['qwen2'],
  qwen3: ['qwen3'],
  gemma3: ['gemma3_text'],
} as const;
export type TrainableFamily = keyof typeof trainableFamilies;

/** The families by any of these names. */
export const trainableArchitectures: readonly string[] = [
  ...new Set(Object.entries(trainableFamilies).flatMap(([gguf, types]) => [gguf, ...types])),
];

/** The `model_type`s of safetensors that Graft converts to GGUF. */
export const convertibleFamilies: readonly string[] = Object.values(trainableFamilies).flat();

/** Precisions of GGUF files with tensors that Graft cannot read. */
const unreadablePrecision = /^(ud-)?(iq[123]|tq[12]|mxfp|nvfp|q1_)/i;

/** Whether the trainer reads a GGUF file of this precision: `q4_k_m`, `Q8_0`, `f16`. */
export function isTrainablePrecision(precision: string): boolean {
  return !unreadablePrecision.test(precision);
}

/** An adapter's folder and its weight. */
export interface WeightedAdapter {
  readonly path: string;
  readonly info: AdapterInfo;
  readonly weight: number;
}

/** PEFT's `combination_type`s. Those ending in `_svd` act on ΔW, the others on A and B separately. */
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
  /** Rank of the result, for the `svd` methods; 0: the largest of the adapters. */
  readonly rank: number;
  /** Share of the values to keep, for pruning methods. */
  readonly density: number;
  readonly sign: 'total' | 'frequency';
  readonly seed: number;
  readonly folder: string;
}

/** Training, and operations on adapters. Long work honours `signal`. */
export interface Training {
  /**
   * Trains in a process of its own. On cancellation, saves a checkpoint of the last whole step within a minute. Throws
   * `cancelled`, `out-of-memory`, `bad-input`, `bad-model`, `no-space`.
   */
  train(request: TrainingRequest, hooks: TrainingHooks): Promise<TrainingResult>;
  /**
   * Trains an embedder: each question must pick its own passage among those of its batch (MultipleNegativesRanking).
   */
  trainEmbedder(
    request: EmbedderTrainingRequest,
    hooks: TrainingHooks,
  ): Promise<EmbedderTrainingResult>;
  /**
   * Trains a linear map for the vectors of questions, so that passages and their indexes stay valid. Writes `2_Dense`
   * of sentence-transformers into the folder.
   */
  trainQueryAdapter(
    request: QueryAdapterRequest,
    hooks: TrainingHooks,
  ): Promise<QueryAdapterResult>;
  /**
   * Trains a cross-encoder with a new head on an embedder's weights: the relevant passage of each list must score
   * highest.
   */
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
  /** Writes an adapter's files in another encoding. Throws `bad-input` if a number does not fit the encoding. */
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
  /** For each module: both norms, and the cosine between the two changes. */
  compareAdapters(
    one: WeightedAdapter,
    other: WeightedAdapter,
    signal: AbortSignal,
  ): Promise<MetricRow[]>;
  /** Writes a small model with random weights, of the base's family and tokenizer, as `model.gguf` into the folder. */
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
