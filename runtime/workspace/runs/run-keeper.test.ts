import { MemoryRunStore } from '@graft/store/testing';
import { expect, it } from 'vitest';
import { RunKeeper } from './run-keeper.ts';

it('forgets the oldest of more than a thousand runs, and sweeps the leases of those that are gone', async () => {
  const runs = new MemoryRunStore();
  for (let at = 0; at < 1_003; at++) {
    const id = String(at);
    await runs.create({ id, file: 'a', status: 'running', startedAt: at, owner: '1:1:there' });
    await runs.finish(id, { status: 'succeeded', finishedAt: at });
  }
  await runs.pin('0', true);
  let swept = 0;
  const sweep = async (): Promise<void> => {
    swept += 1;
  };
  const keeper = new RunKeeper(runs, { sweep });
  await keeper.open();
  await expect.poll(async () => (await runs.list({ limit: 2_000 })).length).toBe(1_001);
  expect(await runs.get('0')).toBeDefined();
  await keeper.close();
  expect(swept).toBeGreaterThan(0);
});
