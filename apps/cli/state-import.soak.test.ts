import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { openDatabaseStores } from '@graft/store/database';
import { openFilesystemStores } from '@graft/store/filesystem';
import { afterAll, expect, it } from 'vitest';
import { graft, graftEntry, temporaryFolder } from './testing/graft-process.ts';

const folders: string[] = [];
async function workspace(): Promise<string> {
  const folder = await temporaryFolder();
  folders.push(folder);
  return folder;
}
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

const artifacts = 400;
const records = 20_000;

async function filled(): Promise<string> {
  const folder = await workspace();
  const state = path.join(folder, '.graft');
  const stores = await openFilesystemStores(state);
  const database = await openDatabaseStores(path.join(state, 'index.db'));
  for (let at = 0; at < artifacts; at++)
    await stores.artifacts.put([Buffer.alloc(20_000 + at, at)]);
  const record = { nodeType: 'chunk', outputs: {}, ms: 1, createdAt: 1 };
  await database.actions.putMany(
    Array.from({ length: records }, (_, at) => ({ ...record, key: `key ${String(at)}` })),
  );
  await database.close();
  return folder;
}

/** How much of the state has arrived. */
async function arrived(folder: string): Promise<{ artifacts: number; records: number }> {
  const state = path.join(folder, '.graft');
  let count = 0;
  for await (const _artifact of (await openFilesystemStores(state)).artifacts.list()) count += 1;
  const database = await openDatabaseStores(path.join(state, 'index.db'));
  const table = database.tables.find(({ name }) => name === 'Action');
  const rows = (await table?.count()) ?? 0;
  await database.close();
  return { artifacts: count, records: rows };
}

it('goes on after each kill, and ends with all of the state', async () => {
  const from = await filled();
  const archive = path.join(await workspace(), 'state.zip');
  expect(await graft(['state', 'export', archive], { cwd: from })).toMatchObject({ code: 0 });
  const to = await workspace();
  const moments: ((at: Awaited<ReturnType<typeof arrived>>) => boolean)[] = [
    (at) => at.artifacts > 0,
    (at) => at.artifacts > artifacts / 2,
    (at) => at.records > 0,
  ];
  for (const moment of moments) {
    const args = [graftEntry, 'state', 'import', archive];
    const child = spawn(process.execPath, args, { cwd: to, stdio: 'ignore' });
    const exited = once(child, 'exit');
    await expect.poll(async () => child.exitCode !== null || moment(await arrived(to))).toBe(true);
    child.kill('SIGKILL');
    await exited;
  }
  const last = await graft(['state', 'import', archive, '--json'], { cwd: to });
  expect(last).toMatchObject({ code: 0 });
  expect(await arrived(to)).toEqual({ artifacts, records });
  const again = await graft(['state', 'import', archive, '--json'], { cwd: to });
  expect(JSON.parse(again.stdout)).toMatchObject({ copied: 0, results: records });
  expect(await arrived(to)).toEqual({ artifacts, records });
});
