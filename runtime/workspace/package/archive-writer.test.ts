import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GraphError } from '@graft/graph';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeArchive } from './archive-writer.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-archive-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('leaves what was there, and nothing else, where a blob cannot be read to its end', async () => {
  const target = join(folder, 'x.graft.zip');
  await writeFile(target, 'before');
  async function* changed(): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(1 << 20);
    throw new GraphError('input-changed', 'The file changed while it was packed.');
  }
  const blob = { digest: 'a'.repeat(64), size: 2 << 20, compress: false, open: changed };
  await expect(writeArchive(target, '{}', { blobs: [blob] })).rejects.toMatchObject({
    code: 'input-changed',
  });
  expect(await readdir(folder)).toEqual(['x.graft.zip']);
  expect(await readFile(target, 'utf8')).toBe('before');
});
