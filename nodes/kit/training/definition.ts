import {
  seedParam,
  isTrainablePrecision,
  trainableArchitectures,
  type FacetClash,
  type ModelLookup,
  type ParamMeta,
  type ParamPreset,
  type PortFacets,
  untrainablePart,
} from '@graft/graph';
import { z } from 'zod';

/** From a first look to the best that the rows give; `usual` is what the node starts with. */
export function trainingPresets(usual: number): readonly ParamPreset[] {
  return [
    {
      title: 'Quick',
      doc: 'A first look: one epoch of at most 30 steps.',
      params: { epochs: 1, maxSteps: 30, patience: 0 },
    },
    {
      title: 'Usual',
      doc: 'All rows, for the default number of epochs.',
      params: { epochs: usual, maxSteps: 0, patience: 0 },
    },
    {
      title: 'Thorough',
      doc: 'Up to four times as long; ends early after three evaluations without a better loss.',
      params: { epochs: 4 * usual, maxSteps: 0, patience: 3 },
    },
  ];
}

/** Parameters shared by training nodes, in form order; each has its own learning rate. */
export const trainingParams = {
  epochs: z
    .int()
    .min(1)
    .max(1000)
    .default(3)
    .meta({
      title: 'Epochs',
      description: 'Passes over the training rows.',
    } satisfies ParamMeta),
  batch: z
    .int()
    .min(1)
    .max(4096)
    .default(8)
    .meta({
      title: 'Batch',
      unit: 'rows',
      description:
        'Rows in an optimizer step. Other trainers call this batch size times gradient accumulation.',
    } satisfies ParamMeta),
  maxLength: z
    .int()
    .min(8)
    .max(1_048_576)
    .default(512)
    .meta({
      title: 'Longest row',
      unit: 'tokens',
      description: 'The longest row in training. Memory grows with it. See “Longer rows”.',
    } satisfies ParamMeta),
  onLong: z
    .enum(['refuse', 'truncate'])
    .default('refuse')
    .meta({
      title: 'Longer rows',
      description:
        'refuse: fail before training and name the rows. truncate: cut rows at their end.',
      advanced: true,
    } satisfies ParamMeta),
  packing: z
    .boolean()
    .default(false)
    .meta({
      title: 'Packing',
      description:
        'Packs several short rows into one, hidden from each other. Quicker, but a batch then holds more rows.',
      advanced: true,
    } satisfies ParamMeta),
  schedule: z
    .enum(['cosine', 'linear', 'constant'])
    .default('cosine')
    .meta({
      title: 'Schedule',
      description: 'How the learning rate falls after the warm-up. cosine and linear end at 0.',
      advanced: true,
    } satisfies ParamMeta),
  warmup: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .meta({
      title: 'Warm-up',
      unit: 'share of the steps',
      description: 'During the warm-up, the learning rate rises from 0.',
      advanced: true,
    } satisfies ParamMeta),
  weightDecay: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .meta({
      title: 'Weight decay',
      description:
        'Each step shrinks the weights by this times the learning rate (decoupled, as in AdamW).',
      advanced: true,
    } satisfies ParamMeta),
  clip: z
    .number()
    .min(0)
    .default(1)
    .meta({
      title: 'Clip',
      description: 'The largest norm of all gradients together. 0: no clipping.',
      advanced: true,
    } satisfies ParamMeta),
  maxSteps: z
    .int()
    .min(0)
    .default(0)
    .meta({
      title: 'Max steps',
      unit: 'steps',
      description: 'Ends the training after this many steps. 0: all epochs.',
      advanced: true,
    } satisfies ParamMeta),
  evaluateEvery: z
    .int()
    .min(0)
    .default(0)
    .meta({
      title: 'Evaluate every',
      unit: 'steps',
      description:
        'How often to measure the loss on the rows kept for evaluation. 0: at the end of each epoch.',
      advanced: true,
    } satisfies ParamMeta),
  patience: z
    .int()
    .min(0)
    .default(0)
    .meta({
      title: 'Patience',
      unit: 'evaluations',
      description: 'Stops after this many evaluations without a better loss. 0: never.',
      advanced: true,
    } satisfies ParamMeta),
  seed: seedParam('Fixes the first weights, the order of the rows, and dropout.'),
  microBatch: z
    .int()
    .min(0)
    .max(4096)
    .default(0)
    .meta({
      title: 'Micro-batch',
      unit: 'rows',
      description:
        'Rows computed at once. 0: Graft chooses the number by speed and free memory. Affects only speed and rounding.',
      advanced: true,
      affectsResult: false,
    } satisfies ParamMeta),
  checkpointEvery: z
    .int()
    .min(1)
    .default(20)
    .meta({
      title: 'Checkpoint every',
      unit: 'steps',
      description:
        'A cancelled run continues from its last checkpoint. Slow trainings also save every 20 seconds.',
      advanced: true,
      affectsResult: false,
    } satisfies ParamMeta),
};

/** The parameter `evalShare` of nodes that make a dataset. The description says how rows are chosen. */
export function evalShareParam(description: string) {
  return z
    .number()
    .min(0)
    .max(0.5)
    .default(0.1)
    .meta({ title: 'For evaluation', unit: 'share of the rows', description } satisfies ParamMeta);
}

/** The shared parameters with the learning rate. */
export type TrainingParams = z.output<z.ZodObject<typeof trainingParams>> & {
  readonly learningRate: number;
};

/** Clashes that prevent training the model at input `model`, as far as known before a run. */
export function trainingClashes(
  { maxLength }: { readonly maxLength: number },
  inputs: PortFacets,
  models: ModelLookup,
): FacetClash[] {
  const model = inputs['model']?.model;
  if (model === undefined) return [];
  const { format, dtype = '' } = models(model.id) ?? {};
  if (format === 'onnx') return [{ port: 'model', message: onnxRefused(model.id) }];
  if (!trainableArchitectures.includes(model.architecture)) {
    return [
      {
        port: 'model',
        message: `"${model.id}" has the architecture "${model.architecture}", which Graft cannot train. Choose a model with one of ${trainableArchitectures.join(', ')}.`,
      },
    ];
  }
  if (format === 'gguf' && !isTrainablePrecision(dtype)) {
    return [
      {
        port: 'model',
        message: `"${model.id}" is in ${dtype.toUpperCase()}, whose blocks Graft cannot read for training. Choose the model in Q4_K_M, Q8_0 or F16.`,
      },
    ];
  }
  if (maxLength <= model.contextLength) return [];
  return [
    {
      port: 'model',
      param: 'maxLength',
      message: `"${model.id}" reads at most ${model.contextLength} tokens. Set the longest row to that or less.`,
    },
  ];
}

/** Why a model in ONNX is refused. */
export function onnxRefused(model: string): string {
  return `"${model}" is an ONNX model, which Graft cannot train. Choose a language model in GGUF or safetensors.`;
}

/** Parameters shared by nodes that train an encoder. */
export const encoderParams = {
  model: z
    .string()
    .min(1)
    .default('all-MiniLM-L6-v2')
    .meta({
      title: 'Model',
      description: 'The embedder to train, of the BERT family.',
      control: 'model',
      modelKind: 'embedder',
    } satisfies ParamMeta),
  rank: z
    .int()
    .min(1)
    .max(1024)
    .default(16)
    .meta({
      title: 'Rank',
      description: 'For lora: a higher rank learns more.',
      advanced: true,
    } satisfies ParamMeta),
  alpha: z
    .number()
    .gt(0)
    .max(4096)
    .default(32)
    .meta({
      title: 'Alpha',
      description: 'For lora: its effect is multiplied by alpha / rank.',
      advanced: true,
    } satisfies ParamMeta),
};

/** Whether a node's `model` is not an embedder. */
export function kindClashes(model: string, models: ModelLookup): readonly FacetClash[] {
  const kind = models(model)?.kind;
  if (kind === undefined || kind === 'embedder') return [];
  return [
    {
      param: 'model',
      message: `"${model}" is not an embedder (kind: ${kind}). Choose an embedder.`,
    },
  ];
}

/**
 * Clashes of a trained model, and of how much of a text it reads; `trained` names the result, and `longest` the length.
 * With `layout`, the result makes vectors as the model does.
 */
export function encoderClashes(
  { model, maxLength }: { readonly model: string; readonly maxLength: number },
  models: ModelLookup,
  {
    trained,
    longest,
    layout = false,
  }: { readonly trained: string; readonly longest: string; readonly layout?: boolean },
): readonly FacetClash[] {
  const other = kindClashes(model, models);
  const facts = models(model);
  if (other.length > 0 || facts === undefined) return other;
  const refuse = (message: string, param = 'model') => [{ param, message }];
  if (facts.format !== 'onnx') {
    return refuse(`"${model}" is in GGUF, but ${trained} in ONNX. Choose it in ONNX.`);
  }
  if (facts.architecture !== 'bert') {
    return refuse(
      `"${model}" belongs to the family ${facts.architecture}, but ${trained} of the family bert. Choose one, such as all-MiniLM-L6-v2.`,
    );
  }
  const lacking = layout ? untrainablePart(facts.embedding) : undefined;
  if (lacking !== undefined) {
    return refuse(
      `"${model}" has ${lacking}, but training takes only mean pooling without prompts. Choose another embedder, or the method query-adapter.`,
    );
  }
  if (maxLength <= facts.contextLength) return [];
  return refuse(
    `"${model}" reads at most ${facts.contextLength} tokens. Set the longest ${longest} to that or less.`,
    'maxLength',
  );
}

/** Meanings of a training's values: those of its curves, then those of its summary. */
export const trainingMeanings = {
  loss: 'How much the right tokens surprise the model: the mean negative logarithm of their probabilities. Less is better.',
  accuracy: 'How often the model’s likeliest token is right.',
  rate: 'The learning rate of the step.',
  norm: 'The norm of all gradients together, before clipping.',
  tokens: 'Tokens trained on so far.',
  epoch: 'Passes over the training rows so far.',
  tokensPerSecond: 'Trained tokens per second, over the last steps.',
  eta: 'Seconds left, at the pace so far.',
  memory: 'Bytes of memory that the training process holds.',
  rows: 'Rows used for training.',
  'evaluation rows': 'Rows kept out of training, for evaluation.',
  steps: 'Steps of the optimizer.',
  epochs: 'Passes over the training rows.',
  'tokens seen': 'Trained tokens, repeats included.',
  'last loss': 'The loss of the last step, on training rows. Less is better.',
  'evaluation loss before':
    'The loss on the rows kept for evaluation, before training. Less is better.',
  'evaluation loss':
    'The lowest loss on the rows kept for evaluation. The result has the weights of that step.',
  trainable: 'Weights that are trained.',
  'of all': 'All weights of the model.',
  'trainable %': 'The share of the weights that are trained, in per cent.',
} as const;
