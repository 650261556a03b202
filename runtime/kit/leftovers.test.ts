import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { removeLeftovers, removePartials } from './leftovers.ts';
import { ownerStamp } from './process-identity.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-leftovers-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const [here = '', place = ''] = ownerStamp.split('@');
const [machine = '', boot = ''] = place.split('.');
/** No process has this id: Linux gives none above 4,194,304. */
const nobody = '99999999-1';
const longAgo = new Date(Date.now() - 8 * 24 * 3_600_000);

it('removes what is of processes that are gone, and nothing of one that may live elsewhere', async () => {
  const kept = [
    `${ownerStamp}-own`,
    `${nobody}@ffffff.${boot}.ffffff-of-another-machine`,
    `${nobody}@${machine}.${boot}.ffffff-of-another-container`,
  ];
  const gone = [
    `${nobody}@${place}-dead`,
    `${nobody}-of-an-earlier-version`,
    `${here}@${machine}.ffffff.ffffff-before-the-machine-was-started-anew`,
  ];
  for (const name of [...kept, ...gone]) await mkdir(join(folder, name));
  expect(await removeLeftovers(folder)).toBe(gone.length);
  expect((await readdir(folder)).sort()).toEqual(kept.sort());
});

it('removes what is of elsewhere once nobody has touched anything of it for long', async () => {
  const name = `${nobody}@ffffff.ffffff.ffffff-step`;
  const file = join(folder, name, 'deep', 'file');
  await mkdir(join(folder, name, 'deep'), { recursive: true });
  await writeFile(file, '');
  for (const path of [join(folder, name, 'deep'), join(folder, name)]) {
    await utimes(path, longAgo, longAgo);
  }
  expect(await removeLeftovers(folder)).toBe(0);
  await utimes(file, longAgo, longAgo);
  expect(await removeLeftovers(folder)).toBe(1);
});

const unshare = ['--user', '--map-root-user', '--pid', '--fork', '--kill-child', '--mount-proc'];
const canUnshare =
  process.platform === 'linux' && spawnSync('unshare', [...unshare, 'true']).status === 0;

it.skipIf(!canUnshare)('leaves a process alone whose ids are of another namespace', async () => {
  const entry = join(import.meta.dirname, 'fixtures/leave-forever.ts');
  const args = [...unshare, process.execPath, '--import', 'tsx', entry, folder];
  const child = spawn('unshare', args, {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await once(child.stdout.setEncoding('utf8'), 'data');
  const name = String(said).trim();
  expect(await removeLeftovers(folder)).toBe(0);
  expect(await readdir(folder)).toEqual([name]);
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
});

it('removes what killed processes were writing in a folder of others, and nothing else', async () => {
  const kept = [
    'a.zip',
    `.${ownerStamp}-own.part`,
    `.${nobody}@${place}-dead`,
    `${nobody}@${place}-dead.part`,
    `.${nobody}-dead.part`,
    `.1-1-notes.part`,
  ];
  const dead = `.${nobody}@${place}-dead.part`;
  for (const name of [...kept, dead]) await writeFile(join(folder, name), '');
  await removePartials(folder);
  expect((await readdir(folder)).sort()).toEqual(kept.sort());
});
