import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { queryAdapterMatrix } from './trained-encoders.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-query-adapter-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Reads a file with one tensor of f32 as the map of an embedder with vectors of two numbers. */
async function read(name: string, shape: readonly number[]): Promise<Float32Array> {
  const size = shape.reduce((product, length) => product * length, 1);
  const data = Float32Array.from({ length: size }, (_, at) => at + 0.5);
  const tensor = { dtype: 'F32', shape, data_offsets: [0, data.byteLength] };
  const header = Buffer.from(JSON.stringify({ [name]: tensor }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const file = Buffer.concat([length, header, Buffer.from(data.buffer)]);
  await writeFile(join(folder, 'model.safetensors'), file);
  return queryAdapterMatrix({
    ...{ path: folder, digest: 'a' },
    info: {
      ...{ id: 'mapped', digest: 'a', weights: 'model.safetensors', architecture: 'bert' },
      ...{ dimension: 2, contextLength: 512, base: { id: 'base', digest: 'b' } },
      method: 'query-adapter',
    },
  });
}

it('reads the map', async () => {
  expect(await read('linear.weight', [2, 2])).toEqual(Float32Array.of(0.5, 1.5, 2.5, 3.5));
});

it.each([
  ['linear.weight', [2, 3]],
  ['linear.weight', [2]],
  ['linear.bias', [2, 2]],
] as const)('refuses another one: %s of %j', async (name, shape) => {
  await expect(read(name, shape)).rejects.toMatchObject({
    code: 'bad-model',
    message: expect.stringContaining('2 × 2 numbers in f32'),
  });
});
