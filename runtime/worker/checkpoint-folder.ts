import { join } from 'node:path';

/** Where steps leave checkpoints, one folder a cache key. */
export function checkpointFolder(stateFolder: string): string {
  return join(stateFolder, 'checkpoints');
}
