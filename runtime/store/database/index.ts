export { DatabaseActionStore } from './action-store.ts';
export { DatabaseRunStore } from './run-store.ts';
export { Leases, runLeasePrefix, type Lease, type LeaseOptions } from './leases.ts';
export { livingOwner, movingLease, requireNoMove } from './moving.ts';
export { openDatabaseStores, type DatabaseStores } from './open.ts';
export { reachPostgres } from '@graft/prisma';
export type { TableLines } from './table-rows.ts';
export { SentSteps } from './sent-steps.ts';
export {
  noticeFor,
  type QueueParts,
  type StepOutcome,
  type WorkerFacts,
} from './queued-step.ts';
export { WorkerClaims, type ClaimedStep, type ClaimReport } from './worker-claims.ts';
export { WorkerDirectory } from './worker-directory.ts';
