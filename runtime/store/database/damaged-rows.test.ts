import { join } from 'node:path';
import { openDatabase } from '@graft/prisma';
import { afterAll, expect, it } from 'vitest';
import { run } from '../testing/contract/run-store.ts';
import { temporaryFolder } from '../testing/contract/temporary.ts';
import { reconcileRuns } from '../reconcile-runs.ts';
import { DatabaseRunStore } from './run-store.ts';

const closes: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closes) await close();
});

it('ends a run whose events cannot be read, and says so to whoever reads them', async () => {
  const { queries, close } = await openDatabase(join(await temporaryFolder(), 'graft.db'));
  closes.push(close);
  const store = new DatabaseRunStore(queries);
  await store.create(run('torn', { owner: '999999999:1' }));
  const damaged = { runId: 'torn', type: 'step.token', version: 1, payload: '{"seq":1,' };
  await queries
    .insertInto('Event')
    .values({ ...damaged, seq: 1 })
    .execute();
  await expect(store.events('torn', 0, 9)).rejects.toMatchObject({ code: 'store-damaged' });
  expect(await reconcileRuns(store)).toEqual(['torn']);
  expect(await store.get('torn')).toMatchObject({ status: 'failed' });
});
