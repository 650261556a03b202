export { DatabaseActionStore } from './action-store.ts';
export { DatabaseRunStore } from './run-store.ts';
export { Leases, runLeasePrefix, type Lease, type LeaseOptions } from './leases.ts';
export { livingOwner, movingLease, requireNoMove } from './moving.ts';
export { openDatabaseStores, type DatabaseStores } from './open.ts';
export { reachPostgres } from '@graft/prisma';
export type { TableLines } from './table-rows.ts';
