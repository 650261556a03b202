export { FilesystemArtifactStore } from './artifact-store.ts';
export { DiskReserve } from './disk-reserve.ts';
export { FilesystemItemStore } from './item-store.ts';
export { openFilesystemStores } from './open.ts';
