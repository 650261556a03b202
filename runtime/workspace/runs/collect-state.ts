import { folderSize, removeLeftovers } from '@graft/kit';
import { collectCheckpoints, collectGarbage, type GarbageReport } from '@graft/store';
import type { WorkspaceParts } from '../workspace-parts.ts';

/** What a collection did. */
export interface CollectReport extends GarbageReport {
  /** Steps whose checkpoints were removed. */
  readonly checkpoints: number;
  /** Bytes of scratch that were removed. */
  readonly scratch: number;
  /** Bytes of models in another encoding than published that were removed, since nobody has read them for a week. */
  readonly converted: number;
}

export interface UnlistedSizes {
  /** Of interrupted steps, to go on from. */
  readonly checkpoints: number;
  /** Of steps at work. */
  readonly scratch: number;
}

/** Brings a workspace's artifacts and items below `maxSize` bytes, and takes away what nobody goes on with. */
export async function collectState(parts: WorkspaceParts, maxSize: number): Promise<CollectReport> {
  const { stores, checkpointFolder, scratchFolder, reserve, catalogue } = parts;
  await parts.state.check();
  // Deleting records takes room before it gives any.
  await reserve.giveUpIfNeeded();
  const scratch = await folderSize(scratchFolder);
  await removeLeftovers(scratchFolder);
  const scratchLeft = await folderSize(scratchFolder);
  const checkpoints = await collectCheckpoints(checkpointFolder);
  const converted = await catalogue.removeUnusedConversions();
  const report = await parts.guard.collecting(async () => {
    const actions = await parts.received.withAll(stores.actions);
    return collectGarbage({ ...stores, actions, maxSize });
  });
  await reserve.take();
  return { ...report, checkpoints, converted, scratch: Math.max(0, scratch - scratchLeft) };
}
