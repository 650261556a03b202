import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAlive } from '@graft/kit';
import { bundleTestWorker, type Bundle } from '../testing/bundle-test-worker.ts';

let worker: Bundle;
beforeAll(async () => {
  worker = await bundleTestWorker();
});
afterAll(() => worker.remove());

/** A process that starts a worker and is killed so many milliseconds later. Returns the worker's pid. */
function orphan(delay: number): string {
  const parent = `
    const { fork } = require('node:child_process');
    const child = fork(process.argv[1], [], { stdio: 'ignore' });
    require('node:fs').writeSync(1, String(child.pid));
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${String(delay)});
  `;
  try {
    return execFileSync(process.execPath, ['-e', parent, worker.entry], { encoding: 'utf8' });
  } catch (error) {
    // Killed, as told; what it wrote is with the error.
    if (error instanceof Error && 'stdout' in error) return String(error.stdout);
    throw error;
  }
}

describe.skipIf(process.platform === 'win32')('a worker', () => {
  it.each([0, 20, 40, 80, 160])(
    'whose server dies %i ms after starting it ends too',
    async (ms) => {
      const pid = orphan(ms);
      expect(pid).toMatch(/^\d+$/);
      await expect.poll(() => isAlive(pid)).toBe(false);
    },
  );
});
