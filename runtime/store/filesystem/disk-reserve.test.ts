import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { GraphError } from '@graft/graph';
import { temporaryFolder } from '../contract/temporary.ts';
import { DiskReserve, type ReserveUse } from './disk-reserve.ts';

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
