import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { noPostgres, startPostgres } from '@graft/kit/testing';
import { openDatabaseStores } from '@graft/store/database';
import { openArtifactStores } from '@graft/store/s3';
import { OpenedState, type StatePlace } from './opened-state.ts';
import { ServerPresence } from './server-presence.ts';
import { exportState, importState } from './state-transfer.ts';

const server = await startPostgres();
const folders: string[] = [];
afterAll(async () => {
  await server?.stop();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function newFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'graft-state-')));
  folders.push(folder);
  return folder;
}

async function embedded(): Promise<StatePlace> {
  const root = await newFolder();
  return { root, stateFolder: join(root, '.graft') };
}

let schemas = 0;
async function onPostgres(): Promise<StatePlace> {
  const url = new URL(server?.address ?? '');
  schemas += 1;
  url.searchParams.set('schema', `moved_${String(process.pid)}_${String(schemas)}`);
  return { ...(await embedded()), database: url.href };
}

const databaseOf = ({ stateFolder, database = join(stateFolder, 'index.db') }: StatePlace) =>
  openDatabaseStores(database);

/** All rows of a state, by table. */
async function rowsOf(place: StatePlace): Promise<Record<string, string[]>> {
  const database = await databaseOf(place);
  const rows: Record<string, string[]> = {};
  for (const table of database.tables) {
    rows[table.name] = [];
    for await (const line of table.lines()) rows[table.name]?.push(line);
    // Each database has an order of its own.
    rows[table.name]?.sort();
  }
  await database.close();
  return rows;
}

async function digestsOf({ stateFolder }: StatePlace): Promise<string[]> {
  const { artifacts } = await openArtifactStores(stateFolder);
  const digests: string[] = [];
  for await (const { digest } of artifacts.list()) digests.push(digest);
  return digests.sort();
}

/** A workspace with some hundreds of runs, an experiment that was recorded after its variant's id, notes and results. */
async function filled(count = 3): Promise<StatePlace> {
  const place = await embedded();
  const { artifacts } = await openArtifactStores(place.stateFolder);
  const database = await databaseOf(place);
  const { digest, size } = await artifacts.put([Buffer.from('a result')]);
  await artifacts.put([Buffer.alloc(400_000, 7)]);
  const output = { digest, size, mediaType: 'text/plain' };
  const record = {
    nodeType: 'chunk',
    outputs: { chunks: output },
    ms: 1.5,
    createdAt: 1_700_000_000_000.25,
  };
  await database.actions.putMany(
    Array.from({ length: count }, (_, i) => ({ ...record, key: `key ${String(i)}` })),
  );
  const run = {
    file: 'a.graft.json',
    status: 'running',
    startedAt: 1_700_000_000_000,
    owner: 'me',
  } as const;
  await database.runs.create({ ...run, id: 'z experiment', experiment: 'sizes', graph: digest });
  await database.runs.create({
    ...run,
    id: 'a variant',
    parent: 'z experiment',
    variant: 'size=1',
    seed: 3,
  });
  const ids = Array.from({ length: count }, (_, i) => `run ${String(i)}`);
  for (const id of ids) await database.runs.create({ ...run, id });
  for (const id of [...ids, 'a variant']) {
    await database.runs.append(id, [
      {
        seq: 1,
        runId: id,
        at: 5,
        type: 'step.log',
        node: 'chunk',
        level: 'info',
        message: 'grüezi\u2028👋\u2029',
      },
      {
        ...{ seq: 2, runId: id, at: 6, type: 'step.finished' },
        step: {
          node: 'chunk',
          type: 'chunk',
          status: 'succeeded',
          ms: 3,
          cacheKey: 'key 0',
          outputs: { chunks: output },
        },
      },
    ]);
  }
  for (const id of [...ids, 'a variant', 'z experiment']) {
    await database.runs.finish(id, { status: 'succeeded', finishedAt: 1_700_000_000_009 });
  }
  await database.runs.annotate('run 0', { note: 'the first', tags: ['baseline'] });
  await database.runs.pin('run 1', true);
  await database.close();
  return place;
}

interface Manifest {
  readonly tables: { name: string; digest: string }[];
}

/** Puts other rows into an export, with their digest. */
async function replaceTable(away: string, name: string, text: string): Promise<void> {
  const path = join(away, 'manifest.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest;
  const digest = createHash('sha256').update(text).digest('hex');
  for (const table of manifest.tables) if (table.name === name) table.digest = digest;
  await writeFile(join(away, 'blobs', digest), text);
  await writeFile(path, JSON.stringify(manifest));
}

const forms = [
  ['files', embedded, undefined],
  ['Postgres', onPostgres, server === undefined ? noPostgres : undefined],
] as const;

describe.each(forms)('state that goes to %s and back', (_name, target, missing) => {
  const through = it.skipIf(missing !== undefined).each(['folder', 'file.zip']);
  through('through a %s is the same', async (name) => {
    const first = await filled(210);
    const before = await rowsOf(first);
    const away = join(await newFolder(), name);
    const exported = await exportState(first, away);
    expect(exported).toMatchObject({ runs: 212, results: 210, artifacts: 2 });

    const second = await target();
    expect(await importState(second, away)).toEqual({ ...exported, copied: 2 });
    const there = await rowsOf(second);
    expect(there).toEqual(before);
    expect(await importState(second, away)).toEqual({ ...exported, copied: 0 });
    expect(await rowsOf(second)).toEqual(before);

    const back = join(await newFolder(), name);
    await exportState(second, back);
    const third = await embedded();
    await importState(third, back);
    expect(await rowsOf(third)).toEqual(before);
    expect(await digestsOf(third)).toEqual(await digestsOf(first));
    // Into the first one again: it is the same workspace.
    await importState(first, back);
    expect(await rowsOf(first)).toEqual(before);
  });
});

it('brings back what was written meanwhile, and keeps what only the target has', async () => {
  const [first, second] = [await filled(), await embedded()];
  const away = join(await newFolder(), 'state');
  await exportState(first, away);
  await importState(second, away);
  const there = await databaseOf(second);
  await there.runs.annotate('run 0', { note: 'written there', tags: [] });
  await there.close();
  const here = await databaseOf(first);
  await here.runs.create({
    ...{ id: 'run of here', file: 'a.graft.json', status: 'succeeded', startedAt: 1, owner: 'me' },
  });
  await here.close();
  await exportState(second, away);
  await importState(first, away);
  const again = await databaseOf(first);
  expect(await again.runs.get('run 0')).toMatchObject({ note: 'written there' });
  expect(await again.runs.get('run of here')).toBeDefined();
  await again.close();
});

it('goes on with an import that was cut off', async () => {
  const first = await filled(205);
  const away = join(await newFolder(), 'state');
  await exportState(first, away);
  const second = await embedded();
  // Of the rows that come last, the import takes none: it stops there.
  const database = await databaseOf(first);
  const events = database.tables.find(({ name }) => name === 'Event');
  expect(await events?.count()).toBe(412);
  await database.close();
  const manifest = await readFile(join(away, 'manifest.json'), 'utf8');
  await replaceTable(away, 'Event', '{"newer":true}\n');
  await expect(importState(second, away)).rejects.toMatchObject({ code: 'newer-format' });
  expect((await rowsOf(second))['Run']).toHaveLength(207);
  await replaceTable(away, 'Event', 'no row\n');
  await expect(importState(second, away)).rejects.toMatchObject({ code: 'damaged-file' });
  await writeFile(join(away, 'manifest.json'), manifest);
  expect(await importState(second, away)).toMatchObject({ copied: 0 });
  expect(await rowsOf(second)).toEqual(await rowsOf(first));
});

it('writes nothing of an archive with a damaged table', async () => {
  const away = join(await newFolder(), 'state');
  await exportState(await filled(), away);
  const { tables } = JSON.parse(await readFile(join(away, 'manifest.json'), 'utf8')) as Manifest;
  await rm(join(away, 'blobs', tables.find(({ name }) => name === 'Event')?.digest ?? ''));
  const second = await embedded();
  await expect(importState(second, away)).rejects.toMatchObject({ code: 'damaged-file' });
  expect(Object.values(await rowsOf(second)).flat()).toEqual([]);
  expect(await digestsOf(second)).toEqual([]);
});

it.each(['state', 'state.zip'])('replaces no export of another workspace: %s', async (name) => {
  const [mine, other, away] = [await filled(), await filled(1), join(await newFolder(), name)];
  await exportState(mine, away);
  await expect(exportState(other, away)).rejects.toMatchObject({ code: 'bad-input' });
  await exportState(mine, away);
  const again = await embedded();
  expect(await importState(again, away)).toMatchObject({ runs: 5 });
  // For its owner alone.
  expect((await stat(away)).mode & 0o077).toBe(0);
});

it('refuses altered bytes, strange files and newer forms', async () => {
  const away = join(await newFolder(), 'state');
  await exportState(await filled(), away);
  const blobs = join(away, 'blobs');
  for (const name of await readdir(blobs)) await writeFile(join(blobs, name), 'altered');
  await expect(importState(await embedded(), away)).rejects.toMatchObject({ code: 'damaged-file' });
  await writeFile(join(away, 'manifest.json'), '{"graftState":2}');
  await expect(importState(await embedded(), away)).rejects.toMatchObject({ code: 'newer-format' });
  const zip = join(await newFolder(), 'no.zip');
  await writeFile(zip, 'no zip');
  await expect(importState(await embedded(), zip)).rejects.toMatchObject({ code: 'damaged-file' });
  await expect(importState(await embedded(), `${zip}.none`)).rejects.toMatchObject({
    code: 'missing-file',
  });
  const other = await newFolder();
  await writeFile(join(other, 'letter.txt'), 'mine');
  await expect(exportState(await filled(), other)).rejects.toThrow('letter.txt');
});

it('refuses a workspace with a state of its own, and leaves it', async () => {
  const away = join(await newFolder(), 'state');
  await exportState(await filled(), away);
  const other = await filled(1);
  const before = await rowsOf(other);
  await expect(importState(other, away)).rejects.toMatchObject({
    code: 'state-unusable',
    message: expect.stringContaining('another one') as string,
  });
  expect(await rowsOf(other)).toEqual(before);
  // Nor one that has artifacts alone, or an id.
  const artifactsOnly = await embedded();
  const { artifacts } = await openArtifactStores(artifactsOnly.stateFolder);
  await artifacts.put([Buffer.from('mine')]);
  const named = await embedded();
  await exportState(named, join(await newFolder(), 'state'));
  for (const target of [artifactsOnly, named]) {
    await expect(importState(target, away)).rejects.toMatchObject({ code: 'state-unusable' });
  }
});

it('lets no server and no run start while the state is moved', async () => {
  const place = await filled();
  const database = await databaseOf(place);
  const presence = new ServerPresence(place.stateFolder, database.leases);
  const status = 'running' as const;
  const run = { id: 'now', file: 'a.graft.json', status, startedAt: 1, owner: 'me' };
  const refused = {
    code: 'store-locked',
    message: expect.stringContaining('exporting or importing') as string,
  };
  const state = await OpenedState.open(place);
  await state.undisturbed('exported', async () => {
    await expect(presence.announce()).rejects.toMatchObject(refused);
    await expect(database.runs.create(run)).rejects.toMatchObject(refused);
  });
  await state[Symbol.asyncDispose]();
  expect(await readdir(join(place.stateFolder, 'serving'))).toEqual([]);
  expect(await database.runs.get('now')).toBeUndefined();
  await database.runs.create(run);
  await (await presence.announce())[Symbol.asyncDispose]();
  await database.close();
});

it('names the file of a server elsewhere, which can be deleted', async () => {
  const place = await filled();
  const file = join(place.stateFolder, 'serving', '7-1@ffffff.000000.000000-ab');
  await mkdir(join(place.stateFolder, 'serving'));
  await writeFile(file, '');
  await expect(exportState(place, join(await newFolder(), 'state'))).rejects.toThrow(file);
  await rm(file);
  await exportState(place, join(await newFolder(), 'state'));
});

it('refuses while a server or a run is at work, and not after its death', async () => {
  const place = await filled();
  const away = join(await newFolder(), 'state');
  const database = await databaseOf(place);
  const serving = await new ServerPresence(place.stateFolder, database.leases).announce();
  await expect(exportState(place, away)).rejects.toMatchObject({
    code: 'store-locked',
    message: expect.stringContaining(String(process.pid)) as string,
  });
  await serving[Symbol.asyncDispose]();
  await database.runs.create({
    ...{ id: 'now', file: 'a.graft.json', status: 'running', startedAt: 1, owner: 'me' },
  });
  await expect(exportState(place, away)).rejects.toThrow('A run, process');
  await database.runs.finish('now', { status: 'failed', finishedAt: 2 });
  await database.close();
  // Of a process that has ended.
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  await writeFile(join(place.stateFolder, 'serving', `${String(child.pid)}-1-ab`), '');
  await exportState(place, away);
});

it.skipIf(server === undefined)('refuses a server of another opening on Postgres', async () => {
  const place = await onPostgres();
  const away = join(await newFolder(), 'state');
  const database = await databaseOf(place);
  // As a server elsewhere: its file is not in this state folder.
  const elsewhere = new ServerPresence(await newFolder(), database.leases);
  const serving = await elsewhere.announce();
  await expect(exportState(place, away)).rejects.toThrow('A server, process');
  await serving[Symbol.asyncDispose]();
  await exportState(place, away);
  await database.close();
});

it.skipIf(server === undefined)('refuses a schema of another workspace', async () => {
  const mine = await onPostgres();
  await exportState(mine, join(await newFolder(), 'state'));
  const other = { ...mine, ...(await embedded()) };
  await expect(exportState(other, join(await newFolder(), 'state'))).rejects.toMatchObject({
    code: 'state-unusable',
    message: expect.stringContaining(mine.root) as string,
  });
});
