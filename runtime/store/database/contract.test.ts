import { openDatabase } from '@graft/prisma';
import { describe } from 'vitest';
import {
  actionStoreContract,
  databaseForms,
  experimentRunsContract,
  leasesContract,
  runStoreContract,
} from '../testing/contract/index.ts';
import { openDatabaseStores } from './index.ts';

for (const { name, missing, place, closing } of await databaseForms()) {
  const title = missing === undefined ? name : `${name} (${missing})`;
  describe.skipIf(missing !== undefined)(title, () => {
    const open = async () => closing(await openDatabaseStores(await place()));
    actionStoreContract('DatabaseActionStore', async () => (await open()).actions);
    runStoreContract('DatabaseRunStore', async () => (await open()).runs);
    experimentRunsContract('DatabaseRunStore', async () => (await open()).runs);
    leasesContract(name, async () => closing(await openDatabase(await place())));
  });
}
