import { expect, it } from 'vitest';
import { emptyList, GrowingMap, type StepView } from '@graft/view';
import { logOf, matching } from './log-filter.ts';

const step = (node: string, other: Partial<StepView>): StepView => ({
  ...{ node, type: 't', status: 'succeeded', outputs: {}, logs: [] },
  ...{ metrics: emptyList, texts: GrowingMap.of() },
  ...other,
});

const lines = logOf([
  step('load', {
    logs: [
      { at: 10, level: 'info', message: '3 files' },
      { at: 30, level: 'warning', message: 'a.pdf has no text.' },
    ],
  }),
  step('index', {
    status: 'failed',
    logs: [{ at: 20, level: 'info', message: 'Waits' }],
    error: {
      code: 'node-failed',
      message: 'The disk is full.',
      location: {},
      audience: 'user' as const,
    },
    finishedAt: 40,
  }),
]).map((line) => ({ ...line, title: line.step, text: line.message }));

it('puts what all steps logged in the order of time, and what made one fail with it', () => {
  expect(lines.map(({ step: of, text }) => [of, text])).toEqual([
    ['load', '3 files'],
    ['index', 'Waits'],
    ['load', 'a.pdf has no text.'],
    ['index', 'The disk is full.'],
  ]);
});

it('does not tell an error twice that was logged', () => {
  const error = { code: 'node-failed', message: 'No.', location: {}, audience: 'user' as const };
  const logs = [{ at: 1, level: 'error', message: 'No.' }] as const;
  expect(logOf([step('a', { logs, error })])).toHaveLength(1);
});

it.each([
  [{ node: 'load', level: 'all', word: '' }, ['3 files', 'a.pdf has no text.']],
  [{ node: '', level: 'warning', word: '' }, ['a.pdf has no text.', 'The disk is full.']],
  [{ node: '', level: 'error', word: '' }, ['The disk is full.']],
  [{ node: '', level: 'all', word: ' DISK ' }, ['The disk is full.']],
  [{ node: '', level: 'all', word: 'index' }, ['Waits', 'The disk is full.']],
] as const)('gives the lines of a node, a level or a word: %j', (wanted, expected) => {
  expect(matching(lines, wanted).map(({ text }) => text)).toEqual(expected);
});
