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

/** Characters of a run's note, of one of its tags, and tags that it has at most. */
export const longestNote = 2_000;
export const longestTag = 40;
export const mostTags = 12;

/** What people write about a run. */
export interface RunNotes {
  /** Empty: nothing. */
  readonly note: string;
  readonly tags: readonly string[];
}

/** Notes without space around them, tags without spaces and each once. */
export function cleanNotes({ note, tags }: RunNotes): RunNotes {
  const clean = tags.map((tag) =>
    tag
      .trim()
      .replaceAll(/[\s,]+/g, '-')
      .slice(0, longestTag),
  );
  return {
    note: note.trim().slice(0, longestNote),
    tags: [...new Set(clean)].filter((tag) => tag !== '').slice(0, mostTags),
  };
}
