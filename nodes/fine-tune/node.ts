import { Dataset, defineNode, Metrics, Model, type ParamMeta } from '@graft/graph';
import { z } from 'zod';
import { taughtIn } from '../kit/forms/definition.ts';
import { choiceWarnings } from '../kit/holdout/definition.ts';
import {
  trainingClashes,
  trainingMeanings,
  trainingParams,
  trainingPresets,
} from '../kit/training/definition.ts';

const { epochs, batch, maxLength, ...advanced } = trainingParams;

export const fineTune = defineNode({
  type: 'fine-tune',
  version: 1,
  implementation: 3,
  title: 'Fine-tune',
  group: 'training',
  doc: 'Trains every weight of a language model on examples and gives a new model. It learns more than an adapter, forgets more, and takes far more memory: 16 bytes for each weight, plus activations. With a random model it trains from scratch.',
  synonyms: ['finetune', 'full fine-tuning', 'sft'],
  inputs: {
    model: { type: Model, doc: 'The model to start from, in GGUF.' },
    dataset: { type: Dataset, doc: 'Examples for training and evaluation.' },
  },
  outputs: {
    model: {
      type: Model,
      doc: 'The new model, at its lowest evaluation loss if that is measured.',
    },
    metrics: { type: Metrics, doc: 'Training curves by step, and a summary.' },
  },
  params: z.strictObject({
    learningRate: z
      .number()
      .gt(0)
      .max(1)
      .default(2e-5)
      .meta({
        title: 'Learning rate',
        description:
          'The highest rate, after the warm-up. Use a tenth of an adapter’s rate, or about 0.001 from scratch.',
      } satisfies ParamMeta),
    ...{ epochs, batch, maxLength },
    ...advanced,
  }),
  presets: trainingPresets(3),
  summary: ({ learningRate, epochs, batch }) => [
    ['learning rate', String(learningRate)],
    ['epochs', String(epochs)],
    ['batch', String(batch)],
  ],
  meanings: trainingMeanings,
  caching: 'seeded',
  facets(_params, inputs) {
    const model = inputs['model']?.model;
    const taught = taughtIn(inputs);
    if (model === undefined) return { model: taught };
    const { id, architecture, contextLength } = model;
    return { model: { model: { id: `${id} fine-tuned`, architecture, contextLength }, ...taught } };
  },
  check: (params, inputs, models) => trainingClashes(params, inputs, models),
  warn: (params, inputs) => choiceWarnings(params, inputs),
  engines: ['training', 'llama.cpp'],
  device: { needs: 'accelerator', affectsResult: true },
  lane: 'training',
  migrations: [],
});
