import { join } from 'node:path';

/** Folder for temporary files of steps and trainings; each entry is named for its process. */
export function scratchFolder(stateFolder: string): string {
  return join(stateFolder, 'scratch');
}
