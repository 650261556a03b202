import { z } from 'zod';
import { metricInSentence, metricWords, tableNumber } from './metric-words.ts';

/** The name of the share of answers that agree with the references of their questions. */
export const rightAnswers = 'right';

/** A number that a run's result shows. */
export const runScoreSchema = z.object({
  /** Path of the node that gave it: `retriever/score`. */
  node: z.string(),
  /** `recall@3`, or `right`. */
  metric: z.string(),
  /** The mean; for `right` a share. */
  value: z.number(),
  /** For `right`: answers that are right, of those with a reference. */
  right: z.int().optional(),
  of: z.int().optional(),
});
export type RunScore = z.infer<typeof runScoreSchema>;

/** Scores of one key are compared over runs: `generate:right`. */
export function scoreKey({ node, metric }: Pick<RunScore, 'node' | 'metric'>): string {
  return `${node}:${metric}`;
}

/** `9 of 33 right`, `recall@3 0.917` */
export function runScoreText({ metric, value, right, of }: RunScore): string {
  return right === undefined || of === undefined
    ? `${metricInSentence(metricWords(metric))} ${tableNumber(value)}`
    : `${right.toLocaleString('en-US')} of ${of.toLocaleString('en-US')} right`;
}

/** The score of a key among those of a run; without a key, the headline. */
export function scoreOf(scores: readonly RunScore[] = [], key?: string): RunScore | undefined {
  return key === undefined ? scores[0] : scores.find((score) => scoreKey(score) === key);
}
