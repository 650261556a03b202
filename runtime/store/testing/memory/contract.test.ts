import {
  actionStoreContract,
  artifactStoreContract,
  experimentRunsContract,
  itemStoreContract,
  runStoreContract,
} from '../contract/index.ts';
import {
  MemoryActionStore,
  MemoryArtifactStore,
  MemoryItemStore,
  MemoryRunStore,
} from './index.ts';

actionStoreContract('MemoryActionStore', async () => new MemoryActionStore());
runStoreContract('MemoryRunStore', async () => new MemoryRunStore());
experimentRunsContract('MemoryRunStore', async () => new MemoryRunStore());
itemStoreContract('MemoryItemStore', async () => new MemoryItemStore());
artifactStoreContract('MemoryArtifactStore', async () => {
  const store = new MemoryArtifactStore();
  return { store, damage: async (digest) => store.damage(digest) };
});
