export { DatabaseActionStore } from './action-store.ts';
export { DatabaseRunStore } from './run-store.ts';
export type { Lease, LeaseOptions } from './lease.ts';
export { Leases, runLeasePrefix } from './leases.ts';
export { livingOwner, movingLease, requireNoMove } from './moving.ts';
export { openDatabaseStores, type DatabaseStores } from './open.ts';
export { reachPostgres } from '@graft/prisma';
export type { TableLines } from './table-rows.ts';
export { SentSteps, type StepNews } from './sent-steps.ts';
export {
  noticeFor,
  type QueueParts,
  type StepOutcome,
  type WorkerFacts,
  type WorkerState,
} from './queued-step.ts';
export { WorkerClaims, type ClaimedStep, type ClaimReport } from './worker-claims.ts';
export { WorkerDirectory, type SeenWorker } from './worker-directory.ts';
export { WorkerOverview, type FleetView, type WorkerView } from './worker-overview.ts';
