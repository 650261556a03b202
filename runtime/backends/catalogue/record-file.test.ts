import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { RecordFile } from './record-file.ts';

it('loses no change of those that are made at once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'graft-records-'));
  const path = join(folder, 'pinned.json');
  const schema = z.record(z.string(), z.number());
  // Two of them: processes share the file, not the object.
  const writers = [new RecordFile(path, schema), new RecordFile(path, schema)];
  const keys = Array.from({ length: 20 }, (_, index) => `key-${String(index)}`);
  await Promise.all(
    keys.map((key, index) => writers[index % 2]?.update((all) => ({ ...all, [key]: index }))),
  );
  expect(Object.keys(await new RecordFile(path, schema).read()).sort()).toEqual(keys.sort());
  expect(await readdir(folder)).toEqual(['pinned.json']);
  await rm(folder, { recursive: true });
});
