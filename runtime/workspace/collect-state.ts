import { folderSize, removeLeftovers } from '@graft/kit';
import { collectCheckpoints, collectGarbage } from '@graft/store';
import type { CollectReport } from './workspace.ts';
import type { WorkspaceParts } from './workspace-parts.ts';

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
