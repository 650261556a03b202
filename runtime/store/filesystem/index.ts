import { join } from 'node:path';
import { FilesystemArtifactStore } from './artifact-store.ts';
import { FilesystemItemStore } from './item-store.ts';

export { DiskReserve } from './disk-reserve.ts';
export { FilesystemArtifactStore, FilesystemItemStore };
export type { LaidOutTree } from './artifact-store.ts';

/** Opens the stores below a state folder: `artifacts/` and `items/`. Importing this loads no database. */
export async function openFilesystemStores(
  stateFolder: string,
): Promise<{ artifacts: FilesystemArtifactStore; items: FilesystemItemStore }> {
  const [artifacts, items] = await Promise.all([
    FilesystemArtifactStore.open(join(stateFolder, 'artifacts')),
    FilesystemItemStore.open(join(stateFolder, 'items')),
  ]);
  return { artifacts, items };
}
