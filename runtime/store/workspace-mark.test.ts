import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from './testing/contract/temporary.ts';
import { WorkspaceIdentity, type MarkedPlace } from './workspace-mark.ts';

/** A place that holds its mark in memory. */
function place(): MarkedPlace & { mark?: string } {
  const made: MarkedPlace & { mark?: string } = {
    ...{ shown: 'The place', remedy: 'Name another one.' },
    read: async () => made.mark,
    create: async (mark) => {
      if (made.mark !== undefined) return false;
      made.mark = mark;
      return true;
    },
    replace: async (mark) => {
      made.mark = mark;
    },
  };
  return made;
}

it('gives a workspace its places, and no other one', async () => {
  const [database, bucket] = [place(), place()];
  const folder = await temporaryFolder();
  const mine = new WorkspaceIdentity(folder, '/home/me/notes');
  await mine.claim([database, bucket]);
  await mine.claim([database, bucket]);
  const id = await mine.id();
  expect(database.mark).toContain(id);
  expect(bucket.mark).toBe(database.mark);

  const other = new WorkspaceIdentity(await temporaryFolder(), '/home/me/other');
  await expect(other.claim([place(), bucket])).rejects.toMatchObject({
    code: 'state-unusable',
    message: expect.stringMatching(/The place.*:\/home\/me\/notes.*Name another one/s) as string,
  });
  expect(bucket.mark).toBe(database.mark);
});

it('marks no place where another one is refused', async () => {
  const [database, bucket] = [place(), place()];
  await new WorkspaceIdentity(await temporaryFolder(), '/home/me/other').claim([bucket]);
  const mine = new WorkspaceIdentity(await temporaryFolder(), '/home/me/notes');
  await expect(mine.claim([database, bucket])).rejects.toMatchObject({ code: 'state-unusable' });
  expect(database.mark).toBeUndefined();
});

it('lets several at once open a new place', async () => {
  const [database, bucket] = [place(), place()];
  const folder = await temporaryFolder();
  const open = () => new WorkspaceIdentity(folder, '/home/me/notes').claim([database, bucket]);
  await Promise.all([open(), open(), open()]);
  expect(await readFile(join(folder, 'workspace'), 'utf8')).toBe(
    `${(JSON.parse(database.mark ?? '') as { id: string }).id}\n`,
  );
});

it('knows its place again when the state folder was deleted', async () => {
  const database = place();
  const folder = await temporaryFolder();
  const mine = new WorkspaceIdentity(folder, '/home/me/notes');
  await mine.claim([database]);
  const id = await mine.id();
  await rm(join(folder, 'workspace'));
  await mine.claim([database]);
  expect(await mine.id()).toBe(id);
});

it('lets a copy of the workspace in that names its id', async () => {
  const database = place();
  const mine = new WorkspaceIdentity(await temporaryFolder(), '/home/me/notes');
  await mine.claim([database]);
  const folder = await temporaryFolder();
  const copy = new WorkspaceIdentity(folder, '/srv/notes');
  const refused: unknown = await copy.claim([database]).catch((error: unknown) => error);
  const id = /write ([0-9a-f-]{36}) into/.exec(String(refused))?.[1] ?? '';
  await writeFile(join(folder, 'workspace'), id);
  await copy.claim([database]);
  expect(await copy.id()).toBe(await mine.id());
});

it('says which file or mark it cannot read', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'workspace'), 'nonsense');
  const mine = new WorkspaceIdentity(folder, '/home/me/notes');
  await expect(mine.claim([place()])).rejects.toThrow(join(folder, 'workspace'));
  const database = place();
  database.mark = '{"newer":true}';
  const fresh = new WorkspaceIdentity(await temporaryFolder(), '/home/me/notes');
  await expect(fresh.claim([database])).rejects.toMatchObject({ code: 'newer-format' });
});
