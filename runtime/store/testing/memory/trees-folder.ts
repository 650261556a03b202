import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeLeftovers, stagingName } from '@graft/kit';

/**
 * A new folder for laid-out trees, below the system's temporary folder. It goes when a later process asks for
 * one, since a process that is killed (as test runners do) cannot tidy up after itself.
 */
export async function treesFolder(): Promise<string> {
  const all = join(tmpdir(), `graft-trees-${process.getuid?.() ?? 0}`);
  await mkdir(all, { recursive: true, mode: 0o700 });
  await removeLeftovers(all);
  const folder = join(all, stagingName());
  await mkdir(folder);
  return folder;
}
