import { expect, it } from 'vitest';
import { plannedWork } from './planned-work.ts';

type Steps = Parameters<typeof plannedWork>[0]['nodes'];
const step = (node: string, other: Partial<Steps[number]>): Steps[number] => ({
  ...{ node, type: 't', verdict: 'hit' },
  ...other,
});
const changed = { kind: 'first' } as const;

it.each<[string, Steps, object | undefined]>([
  ['a node without a step', [step('other', {}), step('ab', {})], undefined],
  ['one that is reused', [step('a', { estimatedMs: 9 })], { verdict: 'reused', word: 'reused' }],
  [
    'one that runs',
    [step('a', { verdict: 'miss', reason: changed, estimatedMs: 12_000 })],
    { verdict: 'runs', word: 'runs', time: '12 s', step: { node: 'a' } },
  ],
  [
    'one that hangs on what comes before',
    [step('a', { verdict: 'unknown', estimatedMs: 2_000 })],
    { verdict: 'unknown', word: 'may run', time: '2.0 s' },
  ],
  [
    'a graph, some of whose steps run',
    [
      step('a/x', {}),
      step('a/y', { verdict: 'miss', reason: changed, estimatedMs: 3_000 }),
      step('a/z', { verdict: 'unknown' }),
    ],
    { verdict: 'some', word: '2 of 3 steps', time: 'over 3.0 s', step: { node: 'a/y' } },
  ],
])('tells what a run would do with %s', (_what, nodes, expected) => {
  const work = plannedWork({ nodes }, 'a');
  if (expected === undefined) expect(work).toBeUndefined();
  else expect(work).toMatchObject(expected);
});
