import type { RunEvent, RunStatus } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { exitCodeOf, exitCodeOfRun } from './exit-code.ts';

const finished = (
  status: RunStatus,
  code?: string,
): Extract<RunEvent, { type: 'run.finished' }> => ({
  type: 'run.finished',
  seq: 1,
  runId: 'run',
  at: 0,
  status,
  outputs: {},
  steps: [],
  ms: 0,
  ...(code === undefined
    ? {}
    : { error: { code, message: '', location: {}, audience: 'user' as const } }),
});

describe('exit codes', () => {
  it.each([
    ['cycle', 2],
    ['bad-input', 2],
    ['no-space', 1],
    ['state-unusable', 1],
    ['store-locked', 1],
    ['cancelled', 130],
    ['internal', 1],
    ['worker-died', 1],
    ['unavailable', 1],
  ])('of error %s is %d', (code, expected) => {
    expect(exitCodeOf(code)).toBe(expected);
  });

  it('of a run tells bad input from failure', () => {
    expect(exitCodeOfRun(finished('succeeded'))).toBe(0);
    expect(exitCodeOfRun(finished('cancelled', 'cancelled'))).toBe(130);
    expect(exitCodeOfRun(finished('failed', 'bad-input'))).toBe(2);
    expect(exitCodeOfRun(finished('failed', 'out-of-memory'))).toBe(1);
    expect(exitCodeOfRun(finished('failed', 'no-space'))).toBe(1);
    expect(exitCodeOfRun(finished('failed'))).toBe(1);
  });
});
