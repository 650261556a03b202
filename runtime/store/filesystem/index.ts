export { FilesystemArtifactStore } from './artifact-store.ts';
export { FilesystemItemStore } from './item-store.ts';
export { openFilesystemStores } from './open.ts';
