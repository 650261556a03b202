import { stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { GraphError } from '@graft/graph';
import { temporaryFolder } from '../testing/contract/temporary.ts';
import { DiskReserve, type ReserveUse } from './disk-reserve.ts';

/** 8 MB that hold nothing. */
async function hole() {
  const folder = await temporaryFolder();
  const path = join(folder, 'reserve');
  await writeFile(path, '');
  await truncate(path, 8 << 20);
  return { reserve: new DiskReserve(folder), path };
}

async function held() {
  const folder = await temporaryFolder();
  const reserve = new DiskReserve(folder);
  await reserve.take();
  const megabytes = async (): Promise<number> =>
    (await stat(join(folder, 'reserve'))).size / (1 << 20);
  expect(await megabytes()).toBe(8);
  return { reserve, megabytes };
}

/** Work that finds no room until it has been tried so often. */
function written(after: number): () => Promise<string> {
  let tries = 0;
  return () => {
    tries += 1;
    if (tries <= after) throw new GraphError('no-space', `No space is left, ${String(tries)}.`);
    return Promise.resolve('written');
  };
}

it('gives up no more than a write needs, and takes it again', async () => {
  const { reserve, megabytes } = await held();
  expect(await reserve.relieve('run', written(1))).toBe('written');
  expect(await megabytes()).toBe(7);
  await reserve.take();
  expect(await megabytes()).toBe(8);
});

it('keeps a part for the end of an experiment, and one for who makes room', async () => {
  const { reserve, megabytes } = await held();
  const left = async (use: ReserveUse): Promise<number> => {
    // With nothing left to give up, the reason stays.
    await expect(reserve.relieve(use, written(99))).rejects.toThrow('No space is left');
    return megabytes();
  };
  expect(await left('run')).toBe(4);
  expect(await left('experiment')).toBe(2);
  expect(await left('run')).toBe(2);
  expect(await left('collection')).toBe(0);
});

it('counts only what the disk holds for it, and fills what it does not', async () => {
  const { reserve, path } = await hole();
  await expect(reserve.relieve('collection', written(1))).rejects.toThrow('No space is left');
  await reserve.take();
  const { size, blocks } = await stat(path);
  expect(size).toBe(8 << 20);
  expect(blocks * 512).toBeGreaterThanOrEqual(size);
});
