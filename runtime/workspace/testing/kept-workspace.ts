import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extract } from 'tar';

/** The runs of the kept workspace, oldest first. */
export const keptRuns = [
  'mwx43nhk-33711f0322',
  'mwx43ort-3d264cf936',
  'mwx43ps3-d22080ac3c',
  'mwx4451e-d28ea9ae06',
] as const;

/** A fresh copy of the workspace kept from d69eacb (see `fixtures/README.md`); returns its real path. */
export async function unpackKeptWorkspace(): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'graft-kept-')));
  const file = join(import.meta.dirname, '../fixtures/workspace-d69eacb.tar.gz');
  await extract({ file, cwd: root });
  return root;
}
