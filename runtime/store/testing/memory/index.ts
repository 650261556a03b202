export { MemoryActionStore } from './action-store.ts';
export { MemoryArtifactStore } from './artifact-store.ts';
export { MemoryItemStore } from './item-store.ts';
export { MemoryRunStore } from './run-store.ts';
