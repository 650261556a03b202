import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Milliseconds. */
const week = 7 * 24 * 60 * 60 * 1000;

/**
 * Removes the folders of checkpoints that nothing was written to for a week: nobody has come back for what was
 * interrupted. Gives their number.
 */
export async function collectCheckpoints(folder: string, now = Date.now()): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  let deleted = 0;
  for (const name of names) {
    // The folder of their locks.
    if (name.startsWith('.')) continue;
    const path = join(folder, name);
    if (now - (await lastWritten(path)) < week) continue;
    await rm(path, { recursive: true, force: true });
    deleted += 1;
  }
  return deleted;
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
