import { appendFile, chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { artifactStoreContract, itemStoreContract } from '../testing/contract/index.ts';
import { temporaryFolder } from '../testing/contract/temporary.ts';
import { FilesystemArtifactStore, FilesystemItemStore } from './index.ts';

artifactStoreContract('FilesystemArtifactStore', async () => {
  const folder = await temporaryFolder();
  const damage = async (digest: string): Promise<void> => {
    const path = join(folder, 'sha256', digest.slice(0, 2), digest);
    await chmod(path, 0o644);
    await appendFile(path, 'x');
  };
  return { store: await FilesystemArtifactStore.open(folder), damage };
});
itemStoreContract('FilesystemItemStore', async () =>
  FilesystemItemStore.open(await temporaryFolder()),
);
