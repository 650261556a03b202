import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { GraphError } from '@graft/graph';
import { temporaryFolder } from '../contract/temporary.ts';
import { DiskReserve } from './disk-reserve.ts';

it('is given up for a write that found no room, and taken again', async () => {
  const folder = await temporaryFolder();
  const reserve = new DiskReserve(folder);
  await reserve.take();
  const size = async (): Promise<number> => (await stat(join(folder, 'reserve'))).size;
  expect(await size()).toBe(8 << 20);
  let tries = 0;
  const written = await reserve.relieve(() => {
    tries += 1;
    if (tries === 1) throw new GraphError('no-space', 'No space is left.');
    return Promise.resolve('written');
  });
  expect(written).toBe('written');
  await expect(size()).rejects.toThrow('ENOENT');
  // With nothing left to give up, the reason stays.
  const full = reserve.relieve(() => Promise.reject(new GraphError('no-space', 'Still none.')));
  await expect(full).rejects.toThrow('Still none.');
  await reserve.take();
  expect(await size()).toBe(8 << 20);
});
