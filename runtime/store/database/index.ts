export { PrismaActionStore } from './action-store.ts';
export { PrismaRunStore } from './run-store.ts';
export { openDatabaseStores } from './open.ts';
export { reconcileRuns } from '../reconcile-runs.ts';
export { isAlive, thisProcess } from '../process-identity.ts';
