import { expect, it } from 'vitest';
import { emptyRun, foldEvent } from '@graft/view';
import { planLine, runLine } from './plan-report.ts';

const hit = { node: 'a', type: 't', verdict: 'hit' } as const;
const reason = { kind: 'first' } as const;
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

it('says what servers cost at most', () => {
  const report = { nodes: [{ ...miss }], reused: 0, toRun: 1, estimatedDollars: 0.25 };
  expect(planLine({ ...report, unknownCost: ['judge'] })).toBe(
    '1 will run · at most $0.25 for servers (estimate), unknown for judge',
  );
});

it('says how long the first run of an example took where it was measured, until it is known here', () => {
  const firstRun = { seconds: 437, cores: 2 };
  const first = { nodes: [miss], reused: 0, toRun: 1 };
  expect(planLine(first, firstRun)).toBe('1 will run · about 7 minutes on 2 cores');
  expect(planLine(first, { ...firstRun, isLeast: true })).toBe(
    '1 will run · over 7 minutes on 2 cores',
  );
  const partly = { nodes: [hit, miss], reused: 1, toRun: 1 };
  expect(planLine(partly, firstRun)).toBe('1 reused · 1 will run');
  const known = { nodes: [{ ...miss, estimatedMs: 40_000 }], reused: 0, toRun: 1 };
  expect(planLine({ ...known, estimatedMs: 40_000 }, firstRun)).toBe('1 will run · 40 s last time');
});

it('says when nothing has to run', () => {
  expect(planLine({ nodes: [hit], reused: 1, toRun: 0 })).toBe('all reused');
});

it('says how far a run is: of a loop with the steps of the rounds that have begun', () => {
  const stamp = { runId: 'r', at: 1 };
  const nodes = ['a', 'b', 'c'].map((node) => ({ node, type: 't' }));
  const run = [
    { ...stamp, seq: 1, type: 'run.started' as const, file: 'a.graft.json', nodes },
    { ...stamp, seq: 2, type: 'step.started' as const, node: 'a', device: 'cpu', reason },
    {
      ...{ ...stamp, seq: 3, type: 'step.finished' as const },
      step: { node: 'a', type: 't', status: 'failed' as const, ms: 1, outputs: {} },
    },
    {
      ...{ ...stamp, seq: 4, type: 'step.finished' as const },
      step: { node: 'b', type: 't', status: 'cached' as const, ms: 0, outputs: {} },
    },
  ].reduce(foldEvent, emptyRun('r'));
  expect(runLine(run)).toBe('2 of 3 done');
  const extended = foldEvent(run, {
    ...{ ...stamp, seq: 5, type: 'run.extended', loop: 'c', round: 1, limit: 3 },
    nodes: [{ node: 'c#1/d', type: 't' }],
  });
  expect(runLine(extended)).toBe('2 of 4 done');
  expect(runLine(emptyRun('r'))).toBe('');
});
