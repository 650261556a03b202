export { DatabaseActionStore } from './action-store.ts';
export { DatabaseRunStore } from './run-store.ts';
export { openDatabaseStores } from './open.ts';
export { reconcileRuns } from '../reconcile-runs.ts';
