import {
  Answers,
  defineNode,
  isLabelsFile,
  Metrics,
  metricWords,
  type ParamMeta,
  Preferences,
  Prompts,
} from '@graft/graph';
import { z } from 'zod';

export const label = defineNode({
  type: 'label',
  version: 1,
  implementation: 1,
  title: 'Label',
  group: 'evaluation',
  doc: 'You label answers right or wrong in a table on the page; the labels are kept in a file made for git. The node gives the share of right answers, how far a judge or a metric agrees with you, and pairs of a right and a wrong answer to train on.',
  synonyms: ['annotate', 'human feedback', 'mark'],
  inputs: {
    answers: { type: Answers, doc: 'The answers to label.' },
    verdicts: {
      type: Metrics,
      optional: true,
      many: true,
      doc: 'Metrics of the same answers from Judge or Evaluate, to compare with the labels.',
    },
    prompts: {
      type: Prompts,
      optional: true,
      doc: 'The prompts of the answers. Preferences then hold the whole prompt with its passages, not just the question.',
    },
  },
  outputs: {
    metrics: {
      type: Metrics,
      doc: 'The share of answers labelled right, then each answer.',
      itemsOf: ['answers'],
    },
    agreement: {
      type: Metrics,
      doc: 'How far each metric of the verdicts agrees with the labels.',
    },
    preferences: {
      type: Preferences,
      doc: 'Every right answer paired with every wrong answer to the same question.',
    },
  },
  params: z.strictObject({
    file: z
      .string()
      .trim()
      .default('answers.labels.jsonl')
      .meta({
        title: 'File',
        description:
          'The file for the labels, in the workspace; its name ends in .labels.jsonl. The first label creates it. Nodes with the same file share its labels.',
        control: 'file',
        takes: ['.labels.jsonl'],
      } satisfies ParamMeta),
    metrics: z
      .array(z.string().trim().min(1).max(200))
      .default([])
      .meta({
        title: 'Metrics',
        description:
          'Metrics to compare with the labels. Empty: all metrics whose values are only 0 or 1, where more is better.',
      } satisfies ParamMeta),
    threshold: z
      .number()
      .default(0.5)
      .meta({
        title: 'Right threshold',
        description:
          'A metric such as F1 or a judge’s score counts as right at this value or above. Where lower is better, it counts as right below this value.',
        advanced: true,
      } satisfies ParamMeta),
  }),
  summary: ({ file, metrics }) => [
    ['file', file === '' ? 'none' : file],
    [
      'against',
      metrics.length === 0 ? 'all that say yes or no' : metrics.map(metricWords).join(', '),
    ],
  ],
  metrics: () => ['labelledRight'],
  meanings: {
    labelledRight: 'The share of the labelled answers that a person calls right.',
    right: 'Answers that are labelled right.',
    wrong: 'Answers that are labelled wrong.',
    skipped: 'Answers that a person skipped.',
    unlabelled: 'Answers without a label.',
    kappa:
      'Cohen’s kappa: how far person and metric agree beyond chance. 1: always; 0: no more than by chance.',
    kappaLow: 'The lower end of the 95 % interval of kappa.',
    kappaHigh: 'The upper end of the 95 % interval of kappa.',
    agreement: 'The share of answers on which person and metric agree.',
    agreementLow: 'The lower end of the 95 % interval of agreement.',
    agreementHigh: 'The upper end of the 95 % interval of agreement.',
    bothRight: 'Answers that person and metric both call right.',
    bothWrong: 'Answers that person and metric both call wrong.',
    onlyPerson: 'Answers that only the person calls right.',
    onlyMetric: 'Answers that only the metric calls right.',
    answers: 'Labelled answers that have this metric.',
  },
  caching: 'pure',
  sources: ({ file }) =>
    isLabelsFile(file) ? [{ kind: 'files', patterns: [file], param: 'file', optional: true }] : [],
  check: ({ file }) =>
    isLabelsFile(file)
      ? []
      : [
          {
            param: 'file',
            message: 'Name a file that ends in .labels.jsonl, such as answers.labels.jsonl.',
          },
        ],
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
