import type { Catalogue } from '@graft/backends/catalogue';
import type { Engine, FileSourceResolver } from '@graft/engine';
import type { ActionStore, ArtifactStore, ModelLookup, Registry } from '@graft/graph';
import { removeLeftovers } from '@graft/kit';
import type { CollectableItems, RunJournal } from '@graft/store';
import type { DiskReserve } from '@graft/store/filesystem';
import type { CollectionGuard } from './runs/collection-guard.ts';
import type { Examples } from './files/examples.ts';
import type { FrozenFiles } from './files/frozen-files.ts';
import type { GraphFiles } from './files/graph-files.ts';
import type { KeptGraphs } from './locks/kept-graphs.ts';
import type { LabelFiles } from './labels/label-files.ts';
import type { ModelList } from './workers/model-list.ts';
import type { PlacingJournal } from './package/placing-journal.ts';
import type { ReceivedPackages } from './package/received-packages.ts';
import type { RunKeeper } from './runs/run-keeper.ts';
import type { StateGuard } from './files/state-folder.ts';
import type { StepDevices } from './workers/step-devices.ts';
import type { WorkerSupervisor } from './workers/supervisor.ts';

/** What a workspace on this machine is joined from. */
export interface WorkspaceParts {
  readonly root: string;
  readonly registry: Registry;
  readonly models: ModelLookup;
  readonly modelList: ModelList;
  readonly catalogue: Catalogue;
  readonly received: ReceivedPackages;
  readonly journal: PlacingJournal;
  readonly stores: {
    readonly artifacts: ArtifactStore;
    readonly items: CollectableItems;
    readonly actions: ActionStore;
    readonly runs: RunJournal;
  };
  /** One folder a step that was interrupted. */
  readonly checkpointFolder: string;
  /** Files of steps at work. */
  readonly scratchFolder: string;
  /** Room kept for when the disk is full. */
  readonly reserve: DiskReserve;
  readonly state: StateGuard;
  readonly files: FileSourceResolver;
  readonly devices: StepDevices;
  readonly graphs: GraphFiles;
  readonly frozen: FrozenFiles;
  readonly labels: LabelFiles;
  readonly kept: KeptGraphs;
  readonly guard: CollectionGuard;
  readonly examples: Examples;
  readonly engine: Engine;
  readonly supervisor: WorkerSupervisor;
  readonly keeper: RunKeeper;
  readonly closeStores: () => Promise<void>;
}

/** After a run: takes away the scratch of a worker that died in it, and takes again the room given up for its end. */
export async function tidyUp(parts: WorkspaceParts): Promise<void> {
  await removeLeftovers(parts.scratchFolder).catch(() => undefined);
  await parts.reserve.take();
}
