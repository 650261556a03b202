import { keptStep, type MetricRow, type TableHead } from '@graft/graph';
import { expect, it } from 'vitest';
import { choiceWarnings, evaluationOf } from '../holdout/definition.ts';
import { choiceInDoubt } from './kept-step.ts';

/** A training on facts: its evaluation loss is lowest after the first epoch, and rises from there. */
const rising: readonly MetricRow[] = [
  { series: 'eval', step: 0, values: { loss: 1.2 } },
  ...[1.69, 1.9, 2.4, 3].map((loss, at): MetricRow => ({
    series: 'eval',
    step: 16 * (at + 1),
    values: { loss },
  })),
  { series: 'train', step: 64, values: { loss: 0.001 } },
];

const table = (rows?: number): TableHead => ({
  ...{ path: 'a.jsonl', columns: [], head: [] },
  ...(rows === undefined ? {} : { rows }),
});
const tenth = { evalShare: 0.1, limit: 0 };

it('finds the step whose weights a training gave', () => {
  expect(keptStep(rising)).toEqual({ step: 16, last: 64 });
  expect(keptStep(rising.filter(({ series }) => series === 'train'))).toBeUndefined();
});

it('doubts an early step that few rows chose, and names how many', () => {
  const of = (evaluation: number, train = 100) => ({ evaluation, train });
  expect(choiceInDoubt(rising, of(1, 20))).toBe(
    'A single row kept for evaluation chose this step. So few choose by chance. Set “For evaluation” to 0, which keeps the last step.',
  );
  expect(choiceInDoubt(rising, of(19))).toMatch(/^Only 19 rows .* at least 20 rows are kept\.$/);
  expect(choiceInDoubt(rising, of(20))).toBeUndefined();
  expect(choiceInDoubt(rising.slice(0, 2), of(1))).toBeUndefined();
});

it('counts the rows that evaluation will keep, as far as files were counted', () => {
  expect(evaluationOf(tenth, [table(30)])).toEqual({ evaluation: { rows: 3, of: 30 } });
  expect(evaluationOf({ ...tenth, limit: 5 }, [table(30)])).toEqual({
    evaluation: { rows: 1, of: 5 },
  });
  expect(evaluationOf({ ...tenth, limit: 4 }, [table(30)])).toEqual({});
  expect(evaluationOf({ ...tenth, evalShare: 0 }, [table(30)])).toEqual({});
  expect(evaluationOf(tenth, [table(30), table()])).toEqual({});
  expect(evaluationOf(tenth, undefined)).toEqual({});
});

it('warns before a training whose step so few rows choose', () => {
  const usual = { epochs: 3, batch: 8, packing: false, maxSteps: 0, evaluateEvery: 0 };
  const warned = (rows: number, params: Partial<typeof usual> = {}) =>
    choiceWarnings(
      { ...usual, ...params },
      { dataset: { evaluation: { rows, of: 10 * rows } } },
    ).map((warning) => warning.message(''));
  expect(warned(4)).toEqual([
    'About 4 of the 40 rows are kept for evaluation, and the result is the step with the lowest loss on them. So few rows choose a step by chance, often an early one. Set “For evaluation” to 0, which keeps the last step, or so that at least 20 rows are kept.',
  ]);
  // No more than half of the rows can be kept.
  expect(warned(3)[0]).toMatch(/which keeps the last step\.$/);
  expect(warned(20)).toEqual([]);
  expect(choiceWarnings(usual, {})).toEqual([]);
  // Where only the last step is evaluated, nothing is chosen.
  expect(warned(4, { epochs: 1 })).toEqual([]);
  expect(warned(4, { maxSteps: 5 })).toEqual([]);
  expect(warned(4, { maxSteps: 6 })).toHaveLength(1);
  expect(warned(4, { epochs: 1, evaluateEvery: 2 })).toHaveLength(1);
});
