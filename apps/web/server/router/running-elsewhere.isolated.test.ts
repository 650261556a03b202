import type { RunRecord } from '@graft/graph';
import { MemoryRunStore } from '@graft/store/memory';
import { beforeEach, expect, it, vi } from 'vitest';
import { watchElsewhere, type RunningFile } from './running-elsewhere.ts';

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
  const stop = new AbortController();
  const told: (readonly RunningFile[])[] = [];
  await begin('own', 'open');
  const running = (files: readonly RunningFile[]): void => void told.push(files);
  watchElsewhere(runs, 'open', { stop: stop.signal, running });
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
  stop.abort();
  expect(vi.getTimerCount()).toBe(0);
});
