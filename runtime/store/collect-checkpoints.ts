import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { folderSize } from '@graft/kit';

/** Milliseconds. */
const week = 7 * 24 * 60 * 60 * 1000;

/**
 * Removes the folders of checkpoints that nothing was written to for a week: nobody has come back for what was
 * interrupted. Gives their number and bytes. `dryRun`: only tells them.
 */
export async function collectCheckpoints(
  folder: string,
  { now = Date.now(), dryRun = false }: { readonly now?: number; readonly dryRun?: boolean } = {},
): Promise<{ readonly steps: number; readonly bytes: number }> {
  const names = await readdir(folder).catch(() => []);
  let [steps, bytes] = [0, 0];
  for (const name of names) {
    // The folder of their locks.
    if (name.startsWith('.')) continue;
    const path = join(folder, name);
    if (now - (await lastWritten(path)) < week) continue;
    bytes += await folderSize(path);
    if (!dryRun) await rm(path, { recursive: true, force: true });
    steps += 1;
  }
  return { steps, bytes };
}

/** Of anything in it. What vanishes meanwhile is in use. */
async function lastWritten(path: string): Promise<number> {
  const inside = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = [path, ...inside.map((entry) => join(entry.parentPath, entry.name))];
  const times = await Promise.all(
    paths.map((one) =>
      stat(one).then(
        ({ mtimeMs }) => mtimeMs,
        () => Infinity,
      ),
    ),
  );
  return times.reduce((latest, time) => Math.max(latest, time), 0);
}
