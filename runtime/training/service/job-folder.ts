import { mkdir, mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { ownerStamp, removeLeftovers } from '@graft/kit';

/** A new folder for one job below `parent`. Those that killed processes left there are removed. */
export async function openJobFolder(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  await removeLeftovers(parent);
  return mkdtemp(path.join(parent, `${ownerStamp}-training-`));
}
