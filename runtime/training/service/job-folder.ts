import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { isAlive, ownerInName, ownerStamp } from '@graft/kit';

/** A new folder for one job below `parent`. Those that killed processes left there are removed. */
export async function openJobFolder(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) {
    const owner = ownerInName(name);
    if (owner !== undefined && !isAlive(owner)) {
      await rm(path.join(parent, name), { recursive: true, force: true });
    }
  }
  return mkdtemp(path.join(parent, `${ownerStamp}-training-`));
}
