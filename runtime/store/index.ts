export type { CollectableItems } from './collectable-items.ts';
export { isAlive, thisProcess } from './process-identity.ts';
export { reconcileRuns } from './reconcile-runs.ts';
export type { RunJournal } from './run-journal.ts';
