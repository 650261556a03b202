import { evidenceTable, knownMetric, type MetricRow } from '@graft/graph';
import { expect, it } from 'vitest';
import { verdictSentence } from './verdict-sentence.ts';

const accuracy = knownMetric('accuracy');
/** Forty questions, of which the first are right. */
const answers = (right: number): MetricRow[] =>
  Array.from({ length: 40 }, (_, at) => ({
    ...{ series: 'answers', item: `q${String(at)}`, values: { accuracy: at < right ? 1 : 0 } },
  }));
const sentence = (variants: Readonly<Record<string, number>>): string | undefined =>
  verdictSentence(
    evidenceTable(
      Object.entries(variants).map(([name, right]) => ({
        ...{ name, settings: {}, repeats: [answers(right)] },
      })),
      { baseline: 'saved', metrics: accuracy === undefined ? [] : [accuracy] },
    ),
  );

it('says what is better, what is worse, and of what is undecided', () => {
  expect(sentence({ saved: 20, most: 38, least: 2, near: 21 })).toBe(
    'By accuracy, “most” is better than “saved”; “least” is worse than “saved”; too few questions differ to judge “near”.',
  );
});

it('says so where no question differs, and does not blame that on there being few', () => {
  expect(sentence({ saved: 20, same: 20, near: 21 })).toBe(
    'By accuracy, “same” is equal to “saved” on every question; too few questions differ to judge “near”.',
  );
});

it('does not say that too few differ where what is missing keeps it from being told', () => {
  const right = answers(40);
  const table = evidenceTable(
    [
      { name: 'saved', settings: {}, repeats: [answers(20)] },
      { name: 'half', settings: {}, repeats: [right.slice(20)] },
    ],
    { baseline: 'saved', metrics: accuracy === undefined ? [] : [accuracy] },
  );
  expect(verdictSentence(table)).toBe('By accuracy, the result for “half” is unclear.');
});

it('names a few variants, and counts the rest', () => {
  expect(sentence({ saved: 20, a: 21, b: 21, c: 21, d: 21, e: 21 })).toBe(
    'By accuracy, too few questions differ to judge “a”, “b”, “c” and 2 more.',
  );
});

it('says nothing of a baseline alone', () => {
  expect(sentence({ saved: 20 })).toBeUndefined();
});
