import {
  answerSchema,
  answerVerdict,
  labelKey,
  metricRowSchema,
  verdictsOf,
  type Answer,
  type Label,
  type Labels,
} from '@graft/graph';
import { fittingRows } from '@graft/nodes/kit/ui';
import type { z } from 'zod';
import type { LabelSubject } from './label-book.ts';

/** What a metric or judge says of one answer. */
export interface Verdict {
  readonly name: string;
  readonly right: boolean;
}

export interface AnswerToLabel {
  /** Its place among all, from 0. */
  readonly at: number;
  readonly answer: Answer;
  readonly of: LabelSubject;
  readonly key: string;
  readonly verdicts: readonly Verdict[];
}

/** Which answers are listed: all, those without a label, those whose label some verdict contradicts. */
export type LabelFilter = 'all' | 'open' | 'differing';

/** What is said beside the labels where no verdicts are connected. */
const byWords = 'by words';

interface VerdictRule {
  readonly metrics: readonly string[];
  readonly threshold: number;
}

/**
 * Rows of answers with what the rows of each connected metric say of them, else what the words of their references do. Rows
 * that are no answers are left out.
 */
export function answersToLabel(
  rows: readonly unknown[],
  verdicts: readonly (readonly unknown[])[],
  rule: VerdictRule,
): readonly AnswerToLabel[] {
  const said = verdicts.flatMap((metrics) => verdictsOf(fitting(metrics, metricRowSchema), rule));
  return fitting(rows, answerSchema).map((answer, at) => {
    const of = { id: answer.question.id, question: answer.question.question, answer: answer.text };
    const given = said.flatMap(({ name, byItem }) => {
      const right = byItem.get(answer.id);
      return right === undefined ? [] : [{ name, right }];
    });
    return {
      ...{ at, answer, of, key: labelKey(of) },
      verdicts: verdicts.length === 0 ? wordsOf(answer) : given,
    };
  });
}

function fitting<T>(rows: readonly unknown[], schema: z.ZodType<T>): T[] {
  return fittingRows(rows, schema).flatMap((row) => (row.fits ? [row.value] : []));
}

function wordsOf(answer: Answer): readonly Verdict[] {
  const verdict = answerVerdict(answer);
  return verdict === 'no reference' ? [] : [{ name: byWords, right: verdict === 'right' }];
}

/** The verdicts that say otherwise than a label. */
export function contradicting(
  { verdicts }: Pick<AnswerToLabel, 'verdicts'>,
  label: Label | undefined,
): readonly Verdict[] {
  if (label === undefined || label.label === 'skip') return [];
  return verdicts.filter(({ right }) => right !== (label.label === 'right'));
}

/** Whether an answer is listed. */
export function isListed(answer: AnswerToLabel, labels: Labels, filter: LabelFilter): boolean {
  const label = labels.get(answer.key);
  if (filter === 'open') return label === undefined;
  return filter === 'all' || contradicting(answer, label).length > 0;
}

/** The answer to go on with once one is labelled: the next without a label, round in a circle; else the one itself. */
export function nextOpen(
  answers: readonly AnswerToLabel[],
  labels: Labels,
  after: AnswerToLabel,
): AnswerToLabel {
  const open = answers.filter(({ key }) => key !== after.key && !labels.has(key));
  return open.find(({ at }) => at > after.at) ?? open[0] ?? after;
}

/** Labels of other answers to the same question. */
export function otherLabels({ of, key }: AnswerToLabel, labels: Labels): readonly Label[] {
  return [...labels]
    .filter(([other, { question }]) => other !== key && question === of.question)
    .map(([, label]) => label);
}
