import { join } from 'node:path';
import { afterAll } from 'vitest';
import {
  actionStoreContract,
  experimentRunsContract,
  runStoreContract,
} from '../testing/contract/index.ts';
import { temporaryFolder } from '../testing/contract/temporary.ts';
import { openDatabaseStores } from './index.ts';

const closes: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closes) await close();
});

async function open(): Promise<Awaited<ReturnType<typeof openDatabaseStores>>> {
  const stores = await openDatabaseStores(join(await temporaryFolder(), 'graft.db'));
  closes.push(stores.close);
  return stores;
}

actionStoreContract('DatabaseActionStore', async () => (await open()).actions);
runStoreContract('DatabaseRunStore', async () => (await open()).runs);
experimentRunsContract('DatabaseRunStore', async () => (await open()).runs);
