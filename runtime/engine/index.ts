export * from './rows/index.ts';
export * from './step/step-host.ts';
export { checkpointLock } from './step/step-checkpoint-folder.ts';
export { outputPath } from './step/output-path.ts';
export * from './step/run-step.ts';
export * from './step/local-backend.ts';
export * from './sources/resolve-sources.ts';
export {
  SharedRequests,
  type ModelShelf,
  type SharedRequestsParts,
} from './sources/shared-requests.ts';
export {
  createSharingBackend,
  NobodyThere,
  type ElsewhereBackend,
  type SharingParts,
} from './sources/sharing-backend.ts';
export * from './run/engine-parts.ts';
export * from './run/engine.ts';
export { laneRoom, type Turn } from './run/step-slots.ts';
export type { GivenInputs } from './run/step-state.ts';
export { type RunFinished } from './run/run-finish.ts';
export * from './run/explain-plan.ts';
export * from './sources/file-source-resolver.ts';
export { insideWorkspace, outside } from './sources/inside-workspace.ts';
export { CancelRequests } from './run/cancel-requests.ts';
export { outsideRuns, runAtWork, withinRun } from './run/run-scope.ts';
export { RunEnding, type EndingParts } from './run/run-ending.ts';
