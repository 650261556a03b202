export {
  type CollectableItems,
  collectGarbage,
  type GarbageOptions,
  type GarbageReport,
} from './collect-garbage.ts';
export { collectCheckpoints } from './collect-checkpoints.ts';
export { diskError, stateGone } from './disk-error.ts';
export { closeRun, reconcileRuns, type ContinueRun } from './reconcile-runs.ts';
export type { RetentionPolicy, RunJournal } from './run-journal.ts';
export { readMark, WorkspaceIdentity, type MarkedPlace } from './workspace-mark.ts';
export { verifyAll, type VerifyReport } from './verify-all.ts';
