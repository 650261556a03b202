import { expect, it } from 'vitest';
import { planLine } from './plan-line.ts';

const hit = { node: 'a', type: 't', verdict: 'hit' } as const;
const miss = { node: 'b', type: 't', verdict: 'miss' } as const;

it('says what is reused, what runs and how long', () => {
  const nodes = [hit, { ...miss, estimatedMs: 40_000 }];
  const report = { nodes, reused: 1, toRun: 1, estimatedMs: 40_000 };
  expect(planLine(report)).toBe('1 reused · 1 will run · 40 s last time');
});

it('does not promise a time that leaves out a node', () => {
  const nodes = [
    { ...miss, estimatedMs: 1_300 },
    { ...miss, node: 'c' },
  ];
  expect(planLine({ nodes, reused: 0, toRun: 2, estimatedMs: 1_300 })).toBe(
    '2 will run · over 1.3 s',
  );
});

it('says when nothing has to run', () => {
  expect(planLine({ nodes: [hit], reused: 1, toRun: 0 })).toBe('all will be reused');
});
