import { expect, it, vi } from 'vitest';
import { diskError } from './disk-error.ts';

/** Inodes that every filesystem reports: in all, and free. */
const disk = { files: 100, ffree: 0 };
vi.mock(import('node:fs'), async (original) => {
  const fs = await original();
  return { ...fs, statfsSync: ((path: string) => ({ ...fs.statfsSync(path), ...disk })) as never };
});

const missing = (): Error => Object.assign(new Error('ENOENT'), { code: 'ENOENT' });

it.each([
  ['no inodes left', { files: 100, ffree: 0 }, 'no-space'],
  ['inodes left', { files: 100, ffree: 1 }, 'state-unusable'],
  ['no fixed number of inodes', { files: 0, ffree: 0 }, 'state-unusable'],
])('ENOENT on a filesystem with %s', (_, reported, code) => {
  Object.assign(disk, reported);
  expect(diskError(missing(), '/state/items/67/x').code).toBe(code);
});
