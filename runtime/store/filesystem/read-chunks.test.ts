import { randomBytes } from 'node:crypto';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chunkBytes, readChunks } from './read-chunks.ts';

const bytes = randomBytes(3_000_000);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-chunks-'));
  await writeFile(join(folder, 'file'), bytes);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it.each([0, 1, 2_900_000, bytes.length, bytes.length + 1])(
  'gives all bytes from %i on, in chunks that grow',
  async (start) => {
    const handle = await open(join(folder, 'file'), 'r');
    const chunks: Uint8Array[] = [];
    for await (const chunk of readChunks(handle, { start, first: 65_536 })) chunks.push(chunk);
    await handle.close();
    expect(Buffer.concat(chunks).equals(bytes.subarray(start))).toBe(true);
    const grown = chunks.slice(0, -1).map(({ length }) => length);
    expect(grown).toEqual(grown.map((_, at) => Math.min(65_536 * 2 ** at, chunkBytes)));
  },
);

it('fails as the file does', async () => {
  const handle = await open(join(folder, 'file'), 'r');
  await handle.close();
  const chunks = readChunks(handle, { start: 0, first: 10 });
  await expect(chunks.next()).rejects.toMatchObject({ code: 'EBADF' });
});
