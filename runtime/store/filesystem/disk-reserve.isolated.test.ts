import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { GraphError } from '@graft/graph';
import { mountSmallDisk } from '@graft/kit/testing';
import { temporaryFolder } from '../testing/contract/temporary.ts';
import { DiskReserve } from './disk-reserve.ts';

vi.mock('node:fs/promises', async (original) => {
  const module = await original<typeof fs>();
  return { ...module, stat: vi.fn(module.stat) };
});

it('does not grow where another process gives it up at the same time', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'reserve');
  const reserve = new DiskReserve(folder);
  await reserve.take();
  const found = await fs.stat(path);
  vi.mocked(fs.stat).mockImplementationOnce(async () => {
    await fs.truncate(path, 0);
    return found;
  });
  const full = new GraphError('no-space', 'No space is left.');
  await expect(reserve.relieve('run', () => Promise.reject(full))).rejects.toBe(full);
  expect((await fs.stat(path)).size).toBe(0);
});

it('knows whether its own disk is full', ({ skip, onTestFinished }) => {
  const disk = mountSmallDisk(16);
  if (disk === undefined) return skip('mounting a tmpfs needs root');
  onTestFinished(() => {
    disk.unmount();
  });
  const reserve = new DiskReserve(disk.folder);
  expect(reserve.isFull()).toBe(false);
  disk.fill();
  expect(reserve.isFull()).toBe(true);
});
