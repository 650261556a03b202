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
  doc: 'A person marks answers right or wrong, in a table on the page; the labels are kept in a file made for git. Gives the share of right answers, how far a judge or a metric agrees with the person, and pairs of a right and a wrong answer to train on.',
  synonyms: ['annotate', 'human feedback', 'mark'],
  inputs: {
    answers: { type: Answers, doc: 'The answers to label.' },
    verdicts: {
      type: Metrics,
      optional: true,
      many: true,
      doc: 'What judges and metrics say about the same answers, to compare with the labels.',
    },
    prompts: {
      type: Prompts,
      optional: true,
      doc: 'The prompts that were answered; preferences then hold them, passages and all, in place of the bare question.',
    },
  },
  outputs: {
    metrics: {
      type: Metrics,
      doc: 'The share that is right according to the labels, then each answer.',
      itemsOf: ['answers'],
    },
    agreement: {
      type: Metrics,
      doc: 'For each metric of the verdicts, how far it agrees with the person.',
    },
    preferences: {
      type: Preferences,
      doc: 'For each question that has both, every right answer paired with every wrong one.',
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
          'Where the labels are kept, below the workspace; the name ends in .labels.jsonl. The first label creates it. Nodes that name the same file share its labels.',
        control: 'file',
        takes: ['.labels.jsonl'],
      } satisfies ParamMeta),
    metrics: z
      .array(z.string().trim().min(1).max(200))
      .default([])
      .meta({
        title: 'Metrics',
        description:
          'The metrics of the verdicts that are compared with the labels. Empty takes all that say yes or no: every value is 0 or 1, and more is better.',
      } satisfies ParamMeta),
    threshold: z
      .number()
      .default(0.5)
      .meta({
        title: 'Right from',
        description:
          'The value from which a metric counts as saying “right”, for instance of f1 or a judge’s marks. Where less is better, below it.',
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
    skipped: 'Answers that a person has left open.',
    unlabelled: 'Answers without a label.',
    kappa:
      'Cohen’s kappa: how far person and metric agree beyond chance. 1: always; 0: no more than chance.',
    kappaLow: 'The lower end of the 95 % interval of kappa.',
    kappaHigh: 'The upper end of the 95 % interval of kappa.',
    agreement: 'The share of the answers of which person and metric say the same.',
    agreementLow: 'The lower end of the 95 % interval of agreement.',
    agreementHigh: 'The upper end of the 95 % interval of agreement.',
    bothRight: 'Answers that both call right.',
    bothWrong: 'Answers that both call wrong.',
    onlyPerson: 'Answers that only the person calls right.',
    onlyMetric: 'Answers that only the metric calls right.',
    answers: 'Labelled answers that the metric says something of.',
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
