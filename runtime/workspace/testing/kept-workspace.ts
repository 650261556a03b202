import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extract } from 'tar';

/** The commits whose workspaces are kept, and their runs, oldest first (see `fixtures/README.md`). */
export const keptWorkspaces = {
  d69eacb: [
    'mwx43nhk-33711f0322',
    'mwx43ort-3d264cf936',
    'mwx43ps3-d22080ac3c',
    'mwx4451e-d28ea9ae06',
  ],
  '5295aeb2': [
    'mx3iwk12-e05dfd5aaf',
    'mx3iwlgk-132a3a5f04',
    'mx3iwm5l-e320d6b0f7',
    'mx3iwnbk-37c7144737',
    'mx3iwnr7-c33656c5f3',
    'mx3iwnsg-ddd00bf4e2',
    'mx3iwnu6-7431b89eee',
  ],
} as const;

/** A fresh copy of the workspace kept from a commit; returns its real path. */
export async function unpackKeptWorkspace(commit: keyof typeof keptWorkspaces): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'graft-kept-')));
  const file = join(import.meta.dirname, `../fixtures/workspace-${commit}.tar.gz`);
  await extract({ file, cwd: root });
  return root;
}
