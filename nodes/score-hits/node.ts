import { defineNode, Hits, Metrics, type ParamMeta, Questions } from '@graft/graph';
import { z } from 'zod';

export const scoreHits = defineNode({
  type: 'score-hits',
  version: 1,
  implementation: 1,
  title: 'Score hits',
  group: 'evaluation',
  doc: 'Scores what was retrieved for each question by the documents that hold its answer: how many of them are among the first hits (recall), how soon the first comes (MRR), and how near the order is to the best one (nDCG). Questions without an answer are kept apart.',
  inputs: {
    hits: { type: Hits, doc: 'Hits, whose questions say the documents that hold the answer.' },
    questions: {
      type: Questions,
      optional: true,
      doc: 'Takes the documents from here instead, by the questions’ ids; a question that has no hits is named in the log.',
    },
  },
  outputs: {
    metrics: {
      type: Metrics,
      doc: 'The means, then recall@k, MRR and nDCG@k of each question.',
      itemsOf: ['hits', 'questions'],
    },
  },
  params: z.strictObject({
    k: z
      .int()
      .min(1)
      .max(1000)
      .default(3)
      .meta({
        title: 'k',
        unit: 'hits',
        description:
          'How many hits of a question count for recall and nDCG. MRR looks at all there are.',
      } satisfies ParamMeta),
  }),
  summary: ({ k }) => [['scores', `recall@${k}, MRR, nDCG@${k}`]],
  metrics: ({ k }) => [`recall@${k}`, 'mrr', `ndcg@${k}`],
  caching: 'pure',
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
