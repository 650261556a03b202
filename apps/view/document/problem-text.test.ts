import { expect, it } from 'vitest';
import { alike } from './problem-text.ts';

const problem = (message: string, at = 0) => ({ code: 'missing-input', message, at });

it('gathers what many places have alike, and leaves the rest as it stands', () => {
  const open = Array.from({ length: 500 }, (_, at) => problem('Nothing is connected.', at));
  const [first, ...others] = open;
  const single = problem('No model is chosen.');
  const few = [1, 2, 3].map((at) => problem('No file is named.', at));
  if (first === undefined) throw new Error('There is none.');
  expect(alike([first, single, ...others, ...few])).toEqual([
    open,
    [single],
    ...few.map((x) => [x]),
  ]);
});
