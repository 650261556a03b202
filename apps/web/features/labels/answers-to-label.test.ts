import { labelKey, type Answer, type Label, type Labels } from '@graft/graph';
import { expect, it } from 'vitest';
import {
  answersToLabel,
  contradicting,
  isListed,
  nextOpen,
  otherLabels,
  type AnswerToLabel,
} from './answers-to-label.ts';

const answer = (id: string, text: string, reference?: string): Answer => ({
  ...{
    id,
    question: { id, question: `${id}?`, ...(reference === undefined ? {} : { reference }) },
  },
  ...{ text, citations: [], promptTokens: 1, completionTokens: 1, finishReason: 'stop' },
});
const answers = [
  answer('a', 'At noon.', 'At noon'),
  answer('b', 'At dawn.', 'At noon'),
  answer('c', 'Blue.'),
];
const rule = { metrics: [], threshold: 0.5 };
const labelled = (given: Record<string, Label['label']>, rows: readonly AnswerToLabel[]): Labels =>
  new Map(
    rows.flatMap(({ of, key }) => {
      const label = given[of.id];
      return label === undefined ? [] : [[key, { ...of, label }] as const];
    }),
  );

it('says what the words of the references say where no verdicts are connected', () => {
  const rows = answersToLabel([...answers, { broken: true }], [], rule);
  expect(rows.map(({ verdicts }) => verdicts)).toEqual([
    [{ name: 'by words', right: true }],
    [{ name: 'by words', right: false }],
    [],
  ]);
});

it('says what connected metrics say, by the items that they are of', () => {
  const verdicts = [
    [{ series: 'questions', item: 'a', values: { accuracy: 0, f1: 0.7 } }],
    [{ series: 'questions', item: 'c', values: { faithful: 1 } }, { broken: true }],
  ];
  const rows = answersToLabel(answers, verdicts, rule);
  expect(rows.map((row) => row.verdicts)).toEqual([
    [{ name: 'accuracy', right: false }],
    [],
    [{ name: 'faithful', right: true }],
  ]);
});

it('lists what has no label, and what somebody sees otherwise', () => {
  const rows = answersToLabel(answers, [], rule);
  const labels = labelled({ a: 'wrong', b: 'skip' }, rows);
  const listed = (filter: 'all' | 'open' | 'differing'): string[] =>
    rows.filter((row) => isListed(row, labels, filter)).map(({ of }) => of.id);
  expect(listed('all')).toEqual(['a', 'b', 'c']);
  expect(listed('open')).toEqual(['c']);
  expect(listed('differing')).toEqual(['a']);
  const [first] = rows;
  expect(first && contradicting(first, labels.get(first.key))).toEqual([
    { name: 'by words', right: true },
  ]);
});

it('goes on to the next without a label, round in a circle, and stays where there is none', () => {
  const rows = answersToLabel(answers, [], rule);
  const after = (at: number, given: Record<string, Label['label']>): string | undefined => {
    const row = rows[at];
    return row && nextOpen(rows, labelled(given, rows), row).of.id;
  };
  expect(after(0, { a: 'right' })).toBe('b');
  expect(after(0, { a: 'right', b: 'right' })).toBe('c');
  expect(after(2, { b: 'right', c: 'right' })).toBe('a');
  expect(after(1, { a: 'right', b: 'right', c: 'right' })).toBe('b');
});

it('knows what was said of other answers to the question', () => {
  const [row] = answersToLabel(answers, [], rule);
  const other = { id: 'a', question: 'a?', answer: 'At ten.', label: 'wrong' } as const;
  const labels = new Map([[labelKey(other), other]]);
  expect(row && otherLabels(row, labels)).toEqual([other]);
});
