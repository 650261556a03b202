import { Adapter, Dataset, defineNode, Metrics, Model, type ParamMeta } from '@graft/graph';
import { z } from 'zod';
import { taughtIn } from '../kit/forms/definition.ts';
import { choiceWarnings } from '../kit/holdout/definition.ts';
import {
  trainingClashes,
  trainingMeanings,
  trainingParams,
  trainingPresets,
} from '../kit/training/definition.ts';

/** Kinds of linear maps in the layers of every trainable architecture. */
const linear = [
  ...(['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const),
];

const { epochs, batch, maxLength, ...advanced } = trainingParams;

export const trainLora = defineNode({
  type: 'train-lora',
  version: 1,
  implementation: 3,
  title: 'Train LoRA',
  group: 'training',
  doc: 'Trains a low-rank adapter of a language model on examples. The model itself stays unchanged: the adapter has about one number for every hundred of the model’s. The adapter is an ordinary PEFT folder and, except for DoRA, a GGUF adapter. Connect it to Generate.',
  synonyms: ['finetune', 'fine-tuning', 'adapter', 'peft', 'qlora'],
  inputs: {
    model: { type: Model, doc: 'The base model, in GGUF or safetensors, quantised or not.' },
    dataset: { type: Dataset, doc: 'Examples for training and evaluation.' },
  },
  outputs: {
    adapter: {
      type: Adapter,
      doc: 'The adapter, at its lowest evaluation loss if that is measured.',
    },
    metrics: { type: Metrics, doc: 'Training curves by step, and a summary.' },
  },
  params: z.strictObject({
    method: z
      .enum(['lora', 'rslora', 'dora'])
      .default('lora')
      .meta({
        title: 'Method',
        description:
          'lora: the ordinary form. rslora: scaled by the root of the rank, for large ranks. dora: also trains the length of each row; slower, and not for llama.cpp.',
      } satisfies ParamMeta),
    rank: z
      .int()
      .min(1)
      .max(1024)
      .default(8)
      .meta({
        title: 'Rank',
        description: 'Width of the adapter. A wider adapter learns more and is larger.',
      } satisfies ParamMeta),
    alpha: z
      .number()
      .gt(0)
      .max(4096)
      .default(16)
      .meta({
        title: 'Alpha',
        description: 'The adapter’s effect is multiplied by alpha / rank. Often twice the rank.',
      } satisfies ParamMeta),
    learningRate: z
      .number()
      .gt(0)
      .max(1)
      .default(2e-4)
      .meta({
        title: 'Learning rate',
        description: 'The highest rate, after the warm-up. Small models take up to 0.002.',
      } satisfies ParamMeta),
    ...{ epochs, batch, maxLength },
    targets: z
      .array(z.enum(['all-linear', ...linear]))
      .min(1)
      .default(['all-linear'])
      .meta({
        title: 'Targets',
        description: 'Which linear maps of the layers get an adapter.',
        advanced: true,
      } satisfies ParamMeta),
    dropout: z
      .number()
      .min(0)
      .max(0.9)
      .default(0)
      .meta({
        title: 'Dropout',
        unit: 'share',
        description: 'Share of the adapter’s inputs that training drops at random.',
        advanced: true,
      } satisfies ParamMeta),
    plusRatio: z
      .number()
      .min(1)
      .max(64)
      .default(1)
      .meta({
        title: 'LoRA+ ratio',
        description:
          'Learning rate of B divided by that of A. 16: LoRA+ as published. 1: plain LoRA.',
        advanced: true,
      } satisfies ParamMeta),
    ...advanced,
  }),
  presets: trainingPresets(3),
  summary: ({ method, rank, alpha, learningRate, epochs }) => [
    [method, `rank ${rank}, alpha ${alpha}`],
    ['learning rate', String(learningRate)],
    ['epochs', String(epochs)],
  ],
  meanings: trainingMeanings,
  caching: 'seeded',
  facets({ targets, rank }, inputs) {
    const baseDigest = inputs['model']?.model?.digest;
    return {
      adapter: {
        adapter: {
          ...(baseDigest === undefined ? {} : { baseDigest }),
          targets: targets.includes('all-linear') ? linear : targets,
          rank,
        },
        ...taughtIn(inputs),
      },
    };
  },
  check: (params, inputs, models) => trainingClashes(params, inputs, models),
  warn: (params, inputs) => choiceWarnings(params, inputs),
  engines: ['training', 'llama.cpp'],
  device: { needs: 'accelerator', affectsResult: true },
  lane: 'training',
  migrations: [],
});
