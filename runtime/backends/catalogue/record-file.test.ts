import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
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

it('is parsed once for each time that it is written', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'graft-records-'));
  let parsed = 0;
  const counted = z.number().transform((value) => {
    parsed += 1;
    return value;
  });
  const file = new RecordFile(join(folder, 'a.json'), z.record(z.string(), counted));
  expect(file.readSync()).toEqual({});
  await file.update(() => ({ a: 1 }));
  for (let look = 0; look < 3; look++) expect(file.readSync()).toEqual({ a: 1 });
  expect(parsed).toBe(1);
  // By another process, and another's own hand.
  await writeFile(join(folder, 'a.json'), '{"a":1,"b":2}');
  expect(file.readSync()).toEqual({ a: 1, b: 2 });
  await rm(join(folder, 'a.json'));
  expect(file.readSync()).toEqual({});
  await rm(folder, { recursive: true });
});
