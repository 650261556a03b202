import type { RunRecord } from '@graft/graph';
import { MemoryRunStore } from '@graft/store/testing';
import { beforeEach, expect, it, vi } from 'vitest';
import { ChangedRuns, type RunningFile } from './changed-runs.ts';

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

it('tells which other files run, and when they no longer do', async () => {
  const runs = new MemoryRunStore();
  let at = 0;
  const begin = (id: string, file: string, of: Partial<RunRecord> = {}): Promise<void> =>
    runs.create({ id, file, status: 'running', startedAt: ++at, owner: 'other:1', ...of });
  const end = (id: string): Promise<void> =>
    runs.finish(id, { status: 'succeeded', finishedAt: ++at });
  const told: (readonly RunningFile[])[] = [];
  await begin('own', 'open');
  const running = (files: readonly RunningFile[]): void => void told.push(files);
  const stop = new ChangedRuns(runs).elsewhere('open', running);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(told).toEqual([[]]);

  await begin('a', 'a');
  await begin('again', 'a', { scope: 'asked' });
  await begin('tried', 'b', { experiment: 'sizes' });
  await begin('variant', 'b', { parent: 'tried' });
  await vi.advanceTimersByTimeAsync(5_000);
  const [a, b] = [
    { file: 'a', experiment: false },
    { file: 'b', experiment: true },
  ];
  expect(told.slice(1)).toEqual([[b, a]]);

  await end('tried');
  await end('a');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(told.slice(2)).toEqual([[a]]);
  await end('again');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(told.slice(3)).toEqual([[]]);
  stop();
  expect(vi.getTimerCount()).toBe(0);
});

it('asks the database once for all tabs', async () => {
  const runs = new MemoryRunStore();
  const list = vi.spyOn(runs, 'list');
  const changed = new ChangedRuns(runs);
  const told: number[] = [];
  const stops = [1, 2, 3].flatMap((tab) => [
    changed.elsewhere(null, () => void told.push(tab)),
    changed.newest('a', () => undefined),
  ]);
  await vi.advanceTimersByTimeAsync(10);
  expect(told.toSorted()).toEqual([1, 2, 3]);
  list.mockClear();
  await vi.advanceTimersByTimeAsync(1_500);
  // The runs that go on, and of the open file the newest run and the newest experiment.
  expect(list).toHaveBeenCalledTimes(3);
  for (const stop of stops) stop();
  expect(vi.getTimerCount()).toBe(0);
});
