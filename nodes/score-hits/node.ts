import { defineNode, Hits, Metrics, type ParamMeta, Questions } from '@graft/graph';
import { z } from 'zod';
import { countMeanings } from '../kit/evaluation/definition.ts';

/** The metrics of a question, the one to decide by first. */
export function metricsAt(k: number): readonly string[] {
  return [`recall@${k}`, 'mrr', `ndcg@${k}`, 'map', `contextPrecision@${k}`];
}

export const scoreHits = defineNode({
  type: 'score-hits',
  version: 1,
  implementation: 3,
  title: 'Score hits',
  group: 'evaluation',
  doc: 'Scores what was retrieved for each question by the documents that hold its answer: how many of them are among the first hits (recall), how soon the first comes (MRR), and how near the order is to the best one (nDCG, MAP, context precision). Questions without an answer are kept apart.',
  inputs: {
    hits: { type: Hits, doc: 'Hits whose questions name the documents that hold the answer.' },
    questions: {
      type: Questions,
      optional: true,
      doc: 'If connected, the documents are taken from here, by question id; a question without hits is named in the log.',
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
          'How many hits of a question count for recall, nDCG and context precision. MRR and MAP look at all of them.',
      } satisfies ParamMeta),
  }),
  summary: ({ k }) => [['scores', `Recall@${k}, MRR, nDCG@${k}, MAP`]],
  metrics: ({ k }) => metricsAt(k),
  meanings: {
    recall: 'The share of the documents with the answer that are among the first k hits.',
    mrr: '1 / rank of the first hit from a document with the answer; a mean.',
    ndcg: 'Hits from documents with the answer, each worth less the lower it stands, as a share of the best order.',
    map: 'The mean, over the documents with the answer, of the precision where each is found.',
    contextPrecision:
      'How far up, among the first k, the hits from documents with the answer stand: the mean of the precisions at each of them.',
    bestScore: 'The score of the first hit, of a question of which nothing else can be said.',
    ...countMeanings,
  },
  caching: 'pure',
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
