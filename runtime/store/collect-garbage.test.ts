import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { GraphError, type ActionStore, type ArtifactStore, type ArtifactRef } from '@graft/graph';
import { collectGarbage, type CollectableItems } from './collect-garbage.ts';
import { action, all, noise, run, sha256, step } from './testing/contract/index.ts';
import { temporaryFolder } from './testing/contract/temporary.ts';
import { openDatabaseStores } from './database/index.ts';
import { openFilesystemStores } from './filesystem/index.ts';
import {
  MemoryActionStore,
  MemoryArtifactStore,
  MemoryItemStore,
  MemoryRunStore,
} from './testing/memory/index.ts';
import type { RunJournal } from './run-journal.ts';

interface Stores {
  readonly artifacts: ArtifactStore;
  readonly actions: ActionStore;
  readonly items: CollectableItems;
  readonly runs: RunJournal;
}

const closes: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closes) await close();
});

async function memory(): Promise<Stores> {
  return {
    artifacts: new MemoryArtifactStore(),
    actions: new MemoryActionStore(),
    items: new MemoryItemStore(),
    runs: new MemoryRunStore(),
  };
}

async function disk(): Promise<Stores> {
  const folder = await temporaryFolder();
  const { close, ...database } = await openDatabaseStores(join(folder, 'graft.db'));
  closes.push(close);
  return { ...database, ...(await openFilesystemStores(folder)) };
}

/** Long enough for a later use to have a later time. */
const aMoment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 15));

async function put(stores: Stores, size: number, seed: number): Promise<ArtifactRef> {
  return {
    ...(await stores.artifacts.put([noise(size, seed)])),
    mediaType: 'application/x-ndjson',
  };
}

async function record(stores: Stores, key: string, ...refs: ArtifactRef[]): Promise<void> {
  const outputs = Object.fromEntries(refs.map((ref, index) => [`out${index}`, ref]));
  await stores.actions.putMany([action(key, { outputs })]);
  await aMoment();
}

const keys = async (stores: Stores): Promise<string[]> =>
  (await all(stores.actions.list())).map(({ key }) => key).sort();

it('deletes nothing where a manifest cannot be read', async () => {
  const stores = await memory();
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'weights'), noise(900, 1));
  const tree = await stores.artifacts.putTree(folder);
  await record(stores, 'trained', { ...tree, mediaType: 'application/x-model+tree' });
  const get = stores.artifacts.get.bind(stores.artifacts);
  const away = new GraphError('unavailable', 'The service is away.');
  stores.artifacts.get = (digest) => {
    if (digest === tree.digest) throw away;
    return get(digest);
  };
  const before = await all(stores.artifacts.list());
  await expect(collectGarbage({ ...stores, maxSize: 0 })).rejects.toBe(away);
  expect(await all(stores.artifacts.list())).toEqual(before);
  expect(await keys(stores)).toEqual(['trained']);
});

describe.each([
  ['in memory', memory],
  ['on disk', disk],
])('collectGarbage %s', (_where, make) => {
  it('does nothing below the size', async () => {
    const stores = await make();
    await put(stores, 1_000, 1);
    await record(stores, 'a', await put(stores, 1_000, 2));
    expect(await collectGarbage({ ...stores, maxSize: 2_000 })).toEqual({
      before: 2_000,
      after: 2_000,
      deleted: { actions: 0, artifacts: 0, families: 0 },
      reached: true,
    });
  });

  it('tells beforehand what it would delete, and deletes nothing', async () => {
    const stores = await make();
    const shared = await put(stores, 1_000, 1);
    await record(stores, 'older', shared, await put(stores, 1_000, 2));
    await record(stores, 'newest', shared, await put(stores, 1_000, 3));
    await put(stores, 1_000, 4);
    for (const maxSize of [3_000, 2_000, 0]) {
      const told = await collectGarbage({ ...stores, maxSize, dryRun: true });
      expect(await all(stores.artifacts.list())).toHaveLength(4);
      expect(await keys(stores)).toEqual(['newest', 'older']);
      if (maxSize === 0) expect(await collectGarbage({ ...stores, maxSize })).toEqual(told);
      else expect(told).toMatchObject({ before: 4_000, after: maxSize, reached: true });
    }
    expect(await all(stores.artifacts.list())).toEqual([]);
  });

  it('deletes nothing more once others no longer wait for it', async () => {
    const stores = await make();
    for (const byte of [1, 2, 3]) await put(stores, 1_000, byte);
    let checks = 0;
    const check = async (): Promise<void> => {
      if (++checks === 2) throw new Error('taken over');
    };
    await expect(collectGarbage({ ...stores, maxSize: 0, check })).rejects.toThrow('taken over');
    expect(await all(stores.artifacts.list())).toHaveLength(2);
  });

  it('evicts the unreferenced first, then the least recently used, and keeps what is shared', async () => {
    const stores = await make();
    const shared = await put(stores, 1_000, 1);
    await record(stores, 'oldest', shared, await put(stores, 1_000, 2));
    await record(stores, 'older', await put(stores, 1_000, 3));
    await record(stores, 'newest', shared, await put(stores, 1_000, 4));
    const loose = await put(stores, 1_000, 5);

    expect(await collectGarbage({ ...stores, maxSize: 4_000 })).toMatchObject({
      after: 4_000,
      deleted: { actions: 0, artifacts: 1 },
    });
    expect(await stores.artifacts.has(loose.digest)).toBe(false);
    expect(await collectGarbage({ ...stores, maxSize: 2_000 })).toMatchObject({
      after: 2_000,
      deleted: { actions: 2, artifacts: 2 },
      reached: true,
    });
    expect(await keys(stores)).toEqual(['newest']);
    expect(await stores.artifacts.has(shared.digest)).toBe(true);
  });

  it('keeps the files of a tree as long as the tree', async () => {
    const stores = await make();
    const folder = join(await temporaryFolder(), 'tree');
    await mkdir(folder);
    await writeFile(join(folder, 'big'), noise(5_000, 1));
    const tree = await stores.artifacts.putTree(folder);
    await record(stores, 'old', await put(stores, 1_000, 2));
    await record(stores, 'index', { ...tree, mediaType: 'application/vnd.graft.index+tree' });
    await put(stores, 1_000, 3);
    const report = await collectGarbage({ ...stores, maxSize: 5_500 });
    expect(report).toMatchObject({ deleted: { actions: 1, artifacts: 2 }, reached: true });
    await stores.artifacts.openTree(tree.digest);
    expect(await collectGarbage({ ...stores, maxSize: 0 })).toMatchObject({
      after: 0,
      reached: true,
    });
    expect(await all(stores.artifacts.list())).toEqual([]);
  });

  it('never evicts what a running run pins, nor what was made since it started', async () => {
    const stores = await make();
    const pinned = await put(stores, 1_000, 1);
    await record(stores, 'pinned', pinned);
    await record(stores, 'free', await put(stores, 1_000, 2));
    const outputs = { out: pinned };
    // Started in the future, so that only the pin protects.
    await stores.runs.create(run('r', { startedAt: Date.now() + 3_600_000 }));
    await stores.runs.append('r', [
      { runId: 'r', seq: 1, at: 1, type: 'step.finished', step: step('a', { outputs }) },
    ]);
    expect(await collectGarbage({ ...stores, maxSize: 0 })).toMatchObject({
      after: 1_000,
      reached: false,
    });
    expect(await keys(stores)).toEqual(['pinned']);

    await stores.runs.create(run('s', { startedAt: Date.now() }));
    const fresh = await put(stores, 1_000, 3);
    await collectGarbage({ ...stores, maxSize: 0 });
    expect(await stores.artifacts.has(fresh.digest)).toBe(true);

    await stores.runs.finish('r', { status: 'succeeded', finishedAt: 1 });
    await stores.runs.finish('s', { status: 'succeeded', finishedAt: 1 });
    expect(await collectGarbage({ ...stores, maxSize: 0 })).toMatchObject({
      after: 0,
      reached: true,
    });
  });

  it('takes what the failed variants of a running experiment made, and keeps what its others gave', async () => {
    const stores = await make();
    const startedAt = Date.now() - 100;
    await stores.runs.create(run('e', { experiment: 'sizes', startedAt }));
    const [kept, wasted] = [await put(stores, 1_000, 1), await put(stores, 1_000, 2)];
    await record(stores, 'kept', kept);
    await record(stores, 'wasted', wasted);
    for (const [id, out, status] of [
      ['good', kept, 'succeeded'],
      ['bad', wasted, 'failed'],
    ] as const) {
      await stores.runs.create(run(id, { parent: 'e', startedAt }));
      await stores.runs.append(id, [
        { runId: id, seq: 1, at: 1, type: 'step.finished', step: step('a', { outputs: { out } }) },
      ]);
      await stores.runs.finish(id, { status, finishedAt: 1 });
    }
    expect(await collectGarbage({ ...stores, maxSize: 0 })).toMatchObject({ after: 1_000 });
    expect(await keys(stores)).toEqual(['kept']);
    await stores.runs.finish('e', { status: 'failed', finishedAt: 1 });
    expect(await collectGarbage({ ...stores, maxSize: 0 })).toMatchObject({ after: 0 });
  });

  it('makes room on a disk that has none left to delete a record in', async () => {
    const stores = await make();
    await record(stores, 'a', await put(stores, 1_000, 1));
    await record(stores, 'b', await put(stores, 1_000, 2));
    const { actions } = stores;
    const deleteMany = actions.deleteMany.bind(actions);
    actions.deleteMany = async (records) => {
      if ((await all(stores.artifacts.list())).length === 2)
        throw new GraphError('no-space', 'No space is left.');
      await deleteMany(records);
    };
    expect(await collectGarbage({ ...stores, maxSize: 0 })).toMatchObject({
      after: 0,
      deleted: { actions: 2, artifacts: 2 },
    });
    expect(await keys(stores)).toEqual([]);
  });

  it('leaves the graphs of runs, which do not count, until their run is pruned', async () => {
    const stores = await make();
    const graph = (await put(stores, 100, 1)).digest;
    await record(stores, 'a', await put(stores, 500, 2));
    await stores.runs.create(run('r', { graph }));
    await stores.runs.finish('r', { status: 'succeeded', finishedAt: 9 });
    const report = await collectGarbage({ ...stores, maxSize: 0 });
    expect([report.before, report.after]).toEqual([500, 0]);
    expect(await stores.artifacts.has(graph)).toBe(true);
    await stores.runs.prune({ keep: 0 });
    await collectGarbage({ ...stores, maxSize: 0 });
    expect(await stores.artifacts.has(graph)).toBe(false);
  });

  it('evicts item families by their age among actions, unless they are in use', async () => {
    const stores = await make();
    await record(stores, 'older', await put(stores, 1_000, 1));
    for (const name of ['a', 'b']) {
      await using items = await stores.items.open(sha256(name));
      await items.append([{ key: 'k', payload: noise(1_000, 7) }]);
      await aMoment();
    }
    await record(stores, 'newer', await put(stores, 1_000, 2));
    await using used = await stores.items.open(sha256('b'));
    await used.append([{ key: 'l', payload: noise(10, 8) }]);
    const report = await collectGarbage({ ...stores, maxSize: 1_500 });
    expect(report.deleted).toEqual({ actions: 2, artifacts: 2, families: 1 });
    expect((await all(stores.items.list())).map(({ family }) => family)).toEqual([sha256('b')]);
  });
});
