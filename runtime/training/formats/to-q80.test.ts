import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readableTypes } from './encoding.ts';
import { readGguf } from './gguf-reader.ts';
import type { TensorEntry } from './tensor-file.ts';
import { ggufToQ80 } from './to-q80.ts';

const fixture = (name: string): string =>
  path.join(import.meta.dirname, '../golden/fixtures', name);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'graft-to-q80-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

async function bytesOf(file: string, name: string): Promise<{ entry: TensorEntry; bytes: Buffer }> {
  const entry = (await readGguf(file)).tensors.get(name);
  if (entry === undefined) throw new Error(`${file} has no ${name}`);
  const handle = await open(file);
  const bytes = Buffer.alloc(entry.bytes);
  await handle.read(bytes, 0, entry.bytes, entry.offset);
  await handle.close();
  return { entry, bytes };
}

it.each(readableTypes.filter((name) => name !== 'Q8_0'))(
  'gives the blocks of ggml for %s, and leaves all else as it is',
  async (kind) => {
    const to = path.join(folder, `${kind}.gguf`);
    await ggufToQ80(fixture('quantised.gguf'), to, {
      encodesAnew: ({ typeName }) => typeName === kind,
      band: 1,
    });
    const { entry, bytes } = await bytesOf(to, kind);
    expect(entry.typeName).toBe('Q8_0');
    expect(bytes.equals((await bytesOf(fixture('requantised.gguf'), kind)).bytes)).toBe(true);
    const before = await readGguf(fixture('quantised.gguf'));
    const after = await readGguf(to);
    expect([...after.tensors.keys()]).toEqual([...before.tensors.keys()]);
    for (const name of before.tensors.keys()) {
      if (name === kind) continue;
      const [ours, original] = [await bytesOf(to, name), await bytesOf(before.path, name)];
      expect(ours.entry.typeName).toBe(original.entry.typeName);
      expect(ours.bytes.equals(original.bytes)).toBe(true);
    }
    const { 'general.file_type': type, ...rest } = Object.fromEntries(after.metadata);
    expect(type).toEqual({ type: 'u32', value: 7 });
    expect(rest).toEqual(Object.fromEntries(before.metadata));
  },
);

it('stops between two bands, and leaves no file behind', async () => {
  const aborting = new AbortController();
  const to = path.join(folder, 'never.gguf');
  const converting = ggufToQ80(fixture('quantised.gguf'), to, {
    encodesAnew: () => true,
    signal: aborting.signal,
    progress: (done) => {
      if (done === 3) aborting.abort();
    },
  });
  await expect(converting).rejects.toThrow('abort');
  await expect(open(to)).rejects.toMatchObject({ code: 'ENOENT' });
});
