import { GraphError } from '@graft/graph';
import { MemoryActionStore, MemoryRunStore } from '@graft/store/testing';
import { expect, it } from 'vitest';
import { RunEnding } from './run-ending.ts';
import { RunRecorder } from './run-recorder.ts';

async function refused(owner = 'own') {
  const runs = new MemoryRunStore();
  const parts = { runs, actions: new MemoryActionStore(), owner: 'own' };
  await runs.create({ id: 'r', file: 'f', status: 'running', startedAt: 1, owner });
  runs.append = () => Promise.reject(new GraphError('internal', 'refused'));
  const journal = new RunRecorder('r', parts, { failed: () => undefined });
  const end = { status: 'cancelled' as const, outputs: {}, steps: [], ms: 1 };
  const event = { type: 'run.finished' as const, ...end };
  const { seq, at } = journal.emit(event);
  const finished = { ...event, seq, at, runId: 'r' };
  return { runs, ending: new RunEnding(parts, journal, { finished, reused: [] }) };
}

it('is to be recorded as long as the stores refuse it', async () => {
  const { ending } = await refused();
  expect(await ending.record()).toBe(false);
});

it('is over where another process has said how the run ended', async () => {
  const { runs, ending } = await refused();
  await runs.finish('r', { status: 'failed', finishedAt: 2 });
  expect(await ending.record()).toBe(true);
  expect((await runs.get('r'))?.status).toBe('failed');
});

it('is over where another process continues the run', async () => {
  const { runs, ending } = await refused('another');
  expect(await ending.record()).toBe(true);
  expect((await runs.get('r'))?.status).toBe('running');
});
