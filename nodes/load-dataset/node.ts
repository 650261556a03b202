import {
  Dataset,
  datasetFormats,
  defineNode,
  Model,
  type ParamMeta,
  Tokens,
  seedParam,
} from '@graft/graph';
import { z } from 'zod';
import { datasetForm } from '../kit/forms/definition.ts';
import { evaluationOf } from '../kit/holdout/definition.ts';
import { evalShareParam } from '../kit/training/definition.ts';

export const loadDataset = defineNode({
  type: 'load-dataset',
  version: 1,
  implementation: 1,
  title: 'Dataset',
  group: 'training',
  doc: 'Reads training examples from JSONL, JSON and CSV files, in the common formats: alpaca, sharegpt, OpenAI messages, prompt and completion, plain text. It keeps some rows for evaluation. With a model connected, it shows the rows in the model’s tokens and marks the trained tokens.',
  synonyms: ['training data', 'examples', 'jsonl'],
  inputs: {
    model: {
      type: Model,
      optional: true,
      doc: 'Optional. The model to train; the node then shows the rows in its tokens.',
    },
  },
  outputs: {
    dataset: { type: Dataset, doc: 'The examples, in the order of the files.' },
    tokens: {
      type: Tokens,
      doc: 'The first 200 examples in the model’s tokens. Empty without a model.',
    },
  },
  params: z.strictObject({
    files: z
      .array(z.string().min(1))
      .default([])
      .meta({
        title: 'Files',
        description:
          'JSONL, JSON or CSV files in the workspace. Folders and globs work too, such as data/**/*.jsonl.',
        control: 'files',
        takes: ['.jsonl', '.json', '.csv', '/'],
      } satisfies ParamMeta),
    format: z
      .enum(['auto', ...datasetFormats])
      .default('auto')
      .meta({
        title: 'Format',
        description:
          'auto: chosen for each file by the columns of its first row; the log says which.',
      } satisfies ParamMeta),
    trainOn: z
      .enum(['answers', 'everything'])
      .default('answers')
      .meta({
        title: 'Train on',
        description: 'answers: the loss counts only the assistant’s turns. everything: all turns.',
      } satisfies ParamMeta),
    evalShare: evalShareParam(
      'Rows kept out of training. Graft chooses them by their text: adding or removing rows moves no other row, and copies stay together.',
    ),
    template: z
      .enum(['auto', 'chat', 'none'])
      .default('auto')
      .meta({
        title: 'Template',
        description:
          'chat: the model’s chat template. none: texts as they are. auto: chat for conversations, none for text and for prompts with completions.',
        advanced: true,
      } satisfies ParamMeta),
    limit: z
      .int()
      .min(0)
      .default(0)
      .meta({
        title: 'Limit',
        unit: 'rows',
        description: 'Reads only this many rows, from the beginning. 0: all.',
        advanced: true,
      } satisfies ParamMeta),
    seed: seedParam('A different seed keeps different rows for evaluation.'),
  }),
  when: {
    seed: { evalShare: { over: 0 } },
  },
  summary: ({ files, format, evalShare }) => [
    ['files', files.length === 0 ? 'none chosen' : files.join(', ')],
    ['format', format],
    ['for evaluation', `${Math.round(evalShare * 1000) / 10} %`],
  ],
  caching: 'seeded',
  sources: ({ files }) => [{ kind: 'files', patterns: files, param: 'files', tables: true }],
  facets(params, inputs) {
    const model = inputs['model']?.model;
    const form = datasetForm(params, inputs['files']?.tables);
    return {
      dataset: {
        ...(form === undefined ? {} : { form }),
        ...evaluationOf(params, inputs['files']?.tables),
      },
      ...(model === undefined ? {} : { tokens: { model } }),
    };
  },
  check({ files, format, template }) {
    if (files.length === 0) {
      return [{ param: 'files', message: 'Choose files, a folder or a glob.' }];
    }
    if (format !== 'text' || template !== 'chat') return [];
    return [
      {
        param: 'template',
        message: 'Plain text has no turns for a chat template. Set the template to auto.',
      },
    ];
  },
  engines: ['llama.cpp'],
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
