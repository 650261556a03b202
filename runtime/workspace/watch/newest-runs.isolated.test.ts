import type { RunRecord } from '@graft/graph';
import { MemoryRunStore } from '@graft/store/testing';
import { beforeEach, expect, it, vi } from 'vitest';
import { ChangedRuns } from './changed-runs.ts';

const run = (id: string, startedAt: number, file = 'a.graft.json'): RunRecord => ({
  id,
  file,
  status: 'running',
  startedAt,
  owner: 'other:1',
});

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

it('tells of runs and how they end, whoever writes them, until it is stopped', async () => {
  const runs = new MemoryRunStore();
  const told: string[] = [];
  const newest = ({ id, status }: RunRecord): void => void told.push(`${id} ${status}`);
  await runs.create(run('first', 1));
  const stop = new ChangedRuns(runs).newest('a.graft.json', newest);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(told).toEqual(['first running']);

  await runs.create(run('elsewhere', 2, 'b.graft.json'));
  await runs.create(run('second', 3));
  await vi.advanceTimersByTimeAsync(5_000);
  await runs.finish('second', { status: 'succeeded', finishedAt: 4 });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(told).toEqual(['first running', 'second running', 'second succeeded']);

  stop();
  await runs.create(run('third', 5));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(told).toHaveLength(3);
  expect(vi.getTimerCount()).toBe(0);
});

it('tells of the newest experiment beside the newest run', async () => {
  const runs = new MemoryRunStore();
  const told: string[] = [];
  const newest = ({ id, status }: RunRecord): void => void told.push(`${id} ${status}`);
  await runs.create(run('plain', 1));
  await runs.create({ ...run('tried', 2), experiment: 'sizes' });
  await runs.create({ ...run('variant', 3), parent: 'tried' });
  const stop = new ChangedRuns(runs).newest('a.graft.json', newest);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(told).toEqual(['plain running', 'tried running']);
  await runs.finish('tried', { status: 'succeeded', finishedAt: 4 });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(told.slice(2)).toEqual(['tried succeeded']);
  stop();
});

it('finds the newest run behind any number of experiments', async () => {
  const runs = new MemoryRunStore();
  const told: string[] = [];
  await runs.create(run('plain', 1));
  for (let at = 0; at < 40; at++)
    await runs.create({ ...run(`tried ${String(at)}`, 2 + at), experiment: 'sizes' });
  const stop = new ChangedRuns(runs).newest('a.graft.json', ({ id }) => void told.push(id));
  await vi.advanceTimersByTimeAsync(5_000);
  stop();
  expect(told).toEqual(['plain', 'tried 39']);
});
