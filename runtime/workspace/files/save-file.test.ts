import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { withSaveLock } from './save-file.ts';

it('lets one save at a time, and waits for no process that is gone', async () => {
  const state = await mkdtemp(join(tmpdir(), 'graft-lock-'));
  let inside = 0;
  let most = 0;
  const save = () =>
    withSaveLock(join(state, 'locks', 'save'), async () => {
      inside += 1;
      most = Math.max(most, inside);
      await sleep(1);
      inside -= 1;
    });
  await Promise.all(Array.from({ length: 10 }, save));
  expect(most).toBe(1);
  await rm(state, { recursive: true });
});
