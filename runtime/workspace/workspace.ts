import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { graphReferences, type Graph, type GraphLookup } from '@graft/graph';
import type { Drift } from './locks/graph-lock.ts';

export {
  exportFormats,
  exportMediaTypes,
  type ArtifactPage,
  type CancelOutcome,
  type ExportFormat,
} from '@graft/engine';
export type { ItemCounts, RunRecord } from '@graft/graph';
export { ggufEncodings } from '@graft/backends/catalogue';
export type { RetentionPolicy } from '@graft/store';
export type { AnswerScore } from './labels/answer-accuracy.ts';
export type { CollectReport, DiskUse, UnlistedSizes } from './runs/state-storage.ts';
export { rowFilters } from './compare/aligned-rows.ts';
export { sideSteps } from './compare/runs-table.ts';
export type { ExperimentHandle } from './experiment/experiment-runs.ts';
export type { ExperimentOptions } from './experiment/experiments.ts';
export type { GraphFile, ListedGraph } from './files/graph-files.ts';
export type { Drift } from './locks/graph-lock.ts';
export { openWorkspace, type OpenOptions } from './open-workspace.ts';
export type { PackageContents } from './package/package-contents.ts';
export { copiesFolder } from './files/examples.ts';
export { exampleListing, type ListedExample } from './files/example-listing.ts';
export { packageSuffix } from './package/package-manifest.ts';
export type { ReceivedPackage } from './package/received-packages.ts';
export type { UnpackReport } from './package/unpack.ts';
export type { PlannedStep, PlanReport } from './runs/planned-steps.ts';
export { runOrders, type KnownScore, type RunPage, type ScorePoint } from './runs/run-history.ts';
export type { RunHandle, StartOptions } from './runs/run-handle.ts';
export type { RunningFile } from './watch/changed-runs.ts';
export type { SourceChange } from './watch/changed-sources.ts';
export type { NewSecret, OperatorState, SettingPlace, StatedPrice } from '@graft/backends/access';
export { doctor, type DoctorReport } from '@graft/backends/probe';
export { operatorChoices, secretStates } from './workers/operator-access.ts';
export { askServer, runningServers } from './workers/running-servers.ts';
export {
  exportState,
  importState,
  type ExportReport,
  type ImportReport,
} from './state/state-transfer.ts';
export type { StatePlace } from './state/opened-state.ts';
export { stateChecks } from './state/state-checks.ts';
export { openWorker, type OpenedWorker } from './fleet/open-worker.ts';
export { capabilities } from './fleet/step-queues.ts';
export { readS3Settings, type S3Settings } from '@graft/store/s3';
export { surviveRejections } from './workers/survive-rejections.ts';
export type { Workspace } from './workspace-rooms.ts';

/** The graph files that a graph uses, for planning it without an open workspace; `root` is the workspace's folder. */
export async function readUsedGraphs(graph: Graph, root: string): Promise<GraphLookup> {
  const [{ GraphFiles }, used] = await Promise.all([
    import('./files/graph-files.ts'),
    import('./locks/used-graphs.ts'),
  ]);
  return used.readUsedGraphs(graph, new GraphFiles(await realpath(root), join(root, '.graft')));
}

/** The graph files that have changed since a graph was locked to them, for who has read them without an open workspace. */
export async function changedGraphs(
  graph: Graph,
  context: { readonly graphs: GraphLookup; readonly file: string; readonly stateFolder: string },
): Promise<readonly Drift[]> {
  const [{ changedReferences }, { KeptGraphs }] = await Promise.all([
    import('./locks/changed-references.ts'),
    import('./locks/kept-graphs.ts'),
  ]);
  const kept = new KeptGraphs(context.stateFolder);
  return changedReferences(kept, graph, graphReferences(graph, context));
}
