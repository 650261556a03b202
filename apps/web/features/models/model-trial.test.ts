import type { RunEvent } from '@graft/graph';
import { emptyRun, foldEvent } from '@graft/view';
import { expect, it } from 'vitest';
import { speedWords, timesWith, trialOf } from './model-trial.ts';

const at = (seq: number, time: number) => ({ seq, runId: 'r', at: time }) as const;
const started: RunEvent = {
  ...at(1, 1_000),
  type: 'run.started',
  file: '',
  nodes: [{ node: 'answer', type: 'generate' }],
};
const token = (seq: number, time: number, text: string): RunEvent => ({
  ...{ ...at(seq, time), type: 'step.token', node: 'answer', item: 'a', text },
});
const events: readonly RunEvent[] = [
  started,
  token(2, 2_200, ' It'),
  token(3, 2_700, ' scatters'),
  token(4, 3_200, ' light.'),
];

it('says when the first words came and how quick the others were', () => {
  const times = timesWith(timesWith({}, events.slice(0, 2)), events.slice(2));
  expect(times).toEqual({ begun: 1_000, first: 2_200, last: 3_200 });
  expect(speedWords(times, 35)).toBe('The first words came after 1.2 s, then 34 tokens/s.');
  expect(speedWords({ ...times, last: 2_200 }, 1)).toBe('The first words came after 1.2 s.');
  expect(speedWords({ begun: 1_000 }, 35)).toBe('');
});

it('shows what a run has written, and why it failed', () => {
  const waiting = foldEvent(emptyRun('r'), started);
  expect(trialOf(waiting)).toEqual({
    state: 'running',
    answer: '',
    words: 'Waiting for its turn …',
  });
  const writing = events.slice(1).reduce(foldEvent, waiting);
  expect(trialOf(writing)).toEqual({ state: 'running', answer: 'It scatters light.', words: '' });
  const end = {
    ...{ ...at(9, 4_000), type: 'run.finished' as const },
    ...{ ms: 3_000, outputs: {}, steps: [] },
  };
  expect(trialOf(foldEvent(writing, { ...end, status: 'cancelled' }))).toMatchObject({
    state: 'cancelled',
    answer: 'It scatters light.',
  });
  const error = {
    ...{ code: 'out-of-memory', message: 'There is no room.', location: {} },
    audience: 'user' as const,
  };
  expect(trialOf(foldEvent(writing, { ...end, status: 'failed', error }))).toEqual({
    ...{ state: 'failed', answer: '', words: 'There is no room.' },
  });
});
