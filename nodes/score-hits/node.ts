import { defineNode, Hits, Metrics, type ParamMeta, Questions } from '@graft/graph';
import { z } from 'zod';
import { countMeanings } from '../kit/evaluation/definition.ts';

/** The metrics of a question, the deciding one first. */
export function metricsAt(k: number): readonly string[] {
  return [`recall@${k}`, 'mrr', `ndcg@${k}`, 'map', `contextPrecision@${k}`];
}

export const scoreHits = defineNode({
  type: 'score-hits',
  version: 1,
  implementation: 3,
  title: 'Score hits',
  group: 'evaluation',
  doc: 'Scores the hits of each question by the documents that hold its answer: how many of them are among the first hits (recall), how early the first comes (MRR), and how close the order is to the best one (nDCG, MAP, context precision). Questions without an answer are counted separately.',
  inputs: {
    hits: { type: Hits, doc: 'Hits whose questions name the documents that hold the answer.' },
    questions: {
      type: Questions,
      optional: true,
      doc: 'Optional. The documents then come from here, matched by question id. The log names questions without hits.',
    },
  },
  outputs: {
    metrics: {
      type: Metrics,
      doc: 'The means, then recall@k, MRR, nDCG@k, MAP and context precision@k of each question.',
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
          'How many hits of a question count for recall, nDCG and context precision. MRR and MAP count all hits.',
      } satisfies ParamMeta),
  }),
  summary: ({ k }) => [['scores', `Recall@${k}, MRR, nDCG@${k}, MAP`]],
  metrics: ({ k }) => metricsAt(k),
  meanings: {
    recall: 'The share of documents with the answer that are among the first k hits.',
    mrr: 'The mean of 1 / rank of the first hit from a document with the answer.',
    ndcg: 'The value of the hits from documents with the answer, less for lower ranks, as a share of the best order.',
    map: 'The mean precision at the rank of each document with the answer.',
    contextPrecision:
      'How high hits from documents with the answer rank among the first k: the mean of the precisions at each of them.',
    bestScore: 'The score of the first hit, for questions without an answer.',
    ...countMeanings,
  },
  caching: 'pure',
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
