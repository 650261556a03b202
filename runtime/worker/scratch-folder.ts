import { join } from 'node:path';

/** Where steps and trainings keep files while they work; each entry is named for its process. */
export function scratchFolder(stateFolder: string): string {
  return join(stateFolder, 'scratch');
}
