import { mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { GraphError } from '@graft/graph';

/** Milliseconds after which a lock's owner is taken for dead: a save takes a few. */
const staleAfter = 5000;
/** Milliseconds to wait for another save. */
const patience = 10_000;

/** Runs `work` while no other process saves, so that comparing revisions and replacing a file are one act. */
export async function withSaveLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const deadline = Date.now() + patience;
  while (!(await take(path))) {
    if (Date.now() > deadline) {
      throw new GraphError(
        'store-locked',
        `Another process has been saving for ${String(patience / 1000)} s. Try again; if none runs, delete ${path}.`,
        { audience: 'operator' },
      );
    }
    await wait(20);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  try {
    await (await open(path, 'wx')).close();
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const age = await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  if (age > staleAfter) await rm(path, { force: true });
  return false;
}
