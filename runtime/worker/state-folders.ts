import { join } from 'node:path';
import { checkpointLock, type LeftCheckpoint } from '@graft/engine';
import { isLocked } from '@graft/kit';
import { newestSavedStep } from '@graft/training/saved-steps';

/** Folder for temporary files of steps and trainings; each entry is named for its process. */
export function scratchFolder(stateFolder: string): string {
  return join(stateFolder, 'scratch');
}

/** Folder of checkpoints, with one folder for each cache key. */
export function checkpointFolder(stateFolder: string): string {
  return join(stateFolder, 'checkpoints');
}

/** What a step with this key would resume from; undefined if no attempt has left anything. */
export async function leftCheckpoint(
  folder: string,
  cacheKey: string,
): Promise<LeftCheckpoint | undefined> {
  const saving = await isLocked(checkpointLock(folder, cacheKey));
  const step = await newestSavedStep(join(folder, cacheKey));
  return step === undefined && !saving ? undefined : { step: step ?? 0, saving };
}
