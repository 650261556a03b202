import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between two looks at whether another is done. */
const pause = 300;

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/**
 * Does what changes a checkout while no other process does so: two builds at once break each other. The lock lies beside the
 * checkout's temporary files, as installing empties node_modules.
 * @template T
 * @param {string} root
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function oneAtATime(root, work) {
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16);
  const lock = path.join(os.tmpdir(), `graft-build-${name}.lock`);
  for (let told = false; ;) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = Number(await readFile(lock, 'utf8').catch(() => ''));
    // Between being made and written it names nobody.
    if (holder > 0 && !isAlive(holder)) await rm(lock, { force: true });
    else {
      if (!told) process.stdout.write('Waiting for another command that builds here…\n');
      told = true;
      await sleep(pause);
    }
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}
