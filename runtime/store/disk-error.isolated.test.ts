import { expect, it, vi } from 'vitest';
import { diskError } from './disk-error.ts';

/** What each disk is said to hold: files in all, and more files. */
const disk = { files: 100, ffree: 0 };
vi.mock(import('node:fs'), async (original) => {
  const fs = await original();
  return { ...fs, statfsSync: ((path: string) => ({ ...fs.statfsSync(path), ...disk })) as never };
});

const missing = (): Error => Object.assign(new Error('ENOENT'), { code: 'ENOENT' });

it.each([
  ['can hold no more files is full', { files: 100, ffree: 0 }, 'no-space'],
  ['can hold more files lost the state folder', { files: 100, ffree: 1 }, 'state-unusable'],
  ['has no fixed number of files lost it, too', { files: 0, ffree: 0 }, 'state-unusable'],
])('a disk without the path that %s', (_, said, code) => {
  Object.assign(disk, said);
  expect(diskError(missing(), '/state/items/67/x').code).toBe(code);
});
