import { createHash, randomBytes } from 'node:crypto';
import {
  chmod,
  link,
  mkdtemp,
  open,
  readFile,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { modelTree, treeManifestText, type ModelEntry } from '@graft/graph';
import { FilesystemArtifactStore } from '../../store/filesystem/index.ts';
import { FileServer } from '../testing/file-server.ts';
import { HubCatalogues } from '../testing/hub-catalogues.ts';
import { twoPrecisions } from '../testing/hub-folder.ts';
import { BlobStore } from './blob-store.ts';
import { createCatalogue } from './catalogue.ts';
import type { Catalogue, FetchOptions } from './catalogue-contract.ts';
import { modelDigest } from './model-facts.ts';
import { UsedModels } from './used-models.ts';

const weights = randomBytes(300_000);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const changed = {
  code: 'input-changed',
  message: expect.stringContaining('The files of the model "m"'),
};

let server: FileServer;
let modelsFolder: string;
beforeEach(async () => {
  server = await FileServer.start({ '/model.onnx': weights });
  modelsFolder = await mkdtemp(join(tmpdir(), 'graft-used-'));
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(modelsFolder, { recursive: true, force: true });
});

/** A catalogue of one model of one file, whose digest is known in advance or not. */
function catalogueOf({ pinned = true } = {}): Catalogue {
  const entry: ModelEntry = {
    ...{ id: 'm', title: 'M', kind: 'embedder', format: 'onnx', architecture: 'bert' },
    ...{ licence: { id: 'MIT', consent: false }, dtype: 'fp32', dimension: 4 },
    ...{ contextLength: 16, parameters: 1 },
    files: [
      {
        ...{ path: 'model.onnx', size: weights.length, sources: [`${server.url}/model.onnx`] },
        ...(pinned ? { digest: sha256(weights) } : {}),
      },
    ],
  };
  return createCatalogue({ modelsFolder, entries: [entry] });
}

/** A time of writing that can be put back exactly, in seconds. */
const old = 1000;

/** Changes a byte in place and puts the time of writing back, as a tool that is careless or clever would. */
async function damage(path: string): Promise<void> {
  await chmod(path, 0o644);
  const handle = await open(path, 'r+');
  await handle.write(Buffer.of((weights[200_000] ?? 0) ^ 1), 0, 1, 200_000);
  await handle.close();
  await utimes(path, old, old);
}

describe('a model of the catalogue that a step uses', () => {
  it('is refused once its files hold other bytes, and fetched anew for the next', async () => {
    const catalogue = catalogueOf();
    const { folder } = await catalogue.open('m');
    await utimes(join(folder, 'model.onnx'), old, old);
    const used = new UsedModels({ catalogue });
    const { stamp } = await used.open('m');
    await used.verify();
    await damage(join(folder, 'model.onnx'));
    await expect(used.verify()).rejects.toMatchObject(changed);
    const next = await new UsedModels({ catalogue }).open('m');
    expect(sha256(await readFile(join(next.folder, 'model.onnx')))).toBe(sha256(weights));
    // Weights that were loaded of the damaged file serve nobody any more.
    expect(next.stamp).not.toBe(stamp);
    expect(server.requests).toHaveLength(2);
  });

  it('is none the worse for being touched: its bytes are read again', async () => {
    const used = new UsedModels({ catalogue: catalogueOf() });
    const { folder } = await used.open('m');
    await link(join(folder, 'model.onnx'), join(modelsFolder, 'another-name'));
    await used.verify();
    expect(server.requests).toHaveLength(1);
  });

  it('is not hashed for each step: what is sealed is believed until it is touched', async () => {
    await catalogueOf().fetch('m');
    const { folder } = await new UsedModels({ catalogue: catalogueOf() }).open('m');
    const path = join(folder, 'model.onnx');
    await damage(path);
    // Sealed as it is now: whoever hashes it would find the damage.
    const { size, mtimeNs, ctimeNs, ino } = await stat(path, { bigint: true });
    const digest = sha256(weights);
    const sealPath = `${new BlobStore(modelsFolder).pathOf(digest)}.seal.json`;
    const seal: unknown = JSON.parse(await readFile(sealPath, 'utf8'));
    const stamp = [size, mtimeNs, ctimeNs, ino].join(' ');
    await writeFile(sealPath, JSON.stringify({ ...Object(seal), stamp }));
    await new UsedModels({ catalogue: catalogueOf() }).open('m');
    expect(sha256(await readFile(path))).not.toBe(digest);
    await utimes(path, old, old);
    await new UsedModels({ catalogue: catalogueOf() }).open('m');
    expect(sha256(await readFile(path))).toBe(digest);
  });

  it('must have the digest that the cache key was made of, or that an input names', async () => {
    const catalogue = catalogueOf();
    const other = 'f'.repeat(64);
    const used = new UsedModels({ catalogue, digests: new Map([['m', other]]) });
    await expect(used.open('m')).rejects.toMatchObject(changed);
    expect(() => used.facts('m')).toThrow('The files of the model "m"');
    await expect(new UsedModels({ catalogue }).open('m', other)).rejects.toMatchObject(changed);
    const digest = catalogue.lookup('m')?.digest ?? '';
    const right = new UsedModels({ catalogue, digests: new Map([['m', digest]]) });
    expect((await right.open('m', digest)).digest).toBe(digest);
    expect(right.facts('m').digest).toBe(digest);
  });

  it('that is pinned on first use is refused under the key of before', async () => {
    const catalogue = catalogueOf({ pinned: false });
    const before = catalogue.lookup('m');
    expect(before?.unpinned).toBe(true);
    const first = new UsedModels({ catalogue, digests: new Map([['m', before?.digest ?? '']]) });
    await expect(first.open('m')).rejects.toMatchObject(changed);
    const after = catalogue.lookup('m');
    expect(after).not.toHaveProperty('unpinned');
    const second = new UsedModels({ catalogue, digests: new Map([['m', after?.digest ?? '']]) });
    expect((await second.open('m')).digest).toBe(after?.digest);
    expect(server.requests).toHaveLength(1);
  });
});

describe('a model whose entry came with the step', () => {
  /** What the catalogue of another machine has. */
  const entry: ModelEntry = {
    ...{ id: 'mine', title: 'Mine', kind: 'embedder', format: 'onnx', architecture: 'bert' },
    ...{ licence: { id: 'MIT', consent: false }, dtype: 'fp32', dimension: 4 },
    ...{ contextLength: 16, parameters: 1 },
    files: [
      {
        ...{ path: 'onnx/model.onnx', size: weights.length, digest: sha256(weights) },
        sources: ['package:workspace'],
      },
    ],
  };

  async function sent(
    catalogue: Catalogue,
    entries: readonly ModelEntry[],
    options: FetchOptions = {},
  ) {
    const artifacts = await FilesystemArtifactStore.open(join(modelsFolder, 'artifacts'));
    const digests = new Map(entries.map((each) => [each.id, modelDigest(each)]));
    const used = new UsedModels({ catalogue, digests, sent: { entries, artifacts }, ...options });
    return { artifacts, used };
  }

  it('is read from the artifact store, verified, where the catalogue lacks it', async () => {
    const { artifacts, used } = await sent(catalogueOf(), [entry]);
    await expect(used.open('mine')).rejects.toMatchObject({
      code: 'missing-file',
      message: expect.stringContaining('"mine" is neither on this worker') as string,
    });
    await artifacts.put([weights]);
    await artifacts.put([Buffer.from(treeManifestText(modelTree(entry) ?? { files: [] }))]);
    const { folder, file, digest } = await used.open('mine');
    expect(digest).toBe(modelDigest(entry));
    expect(folder).toContain(artifacts.folder);
    expect(weights.equals(await readFile(file('onnx/model.onnx')))).toBe(true);
    expect(used.facts('mine')).toMatchObject({ id: 'mine', digest });
    expect([...(await used.files('mine')).keys()]).toEqual(['onnx/model.onnx']);
    await used.verify();
    await chmod(folder, 0o755);
    await chmod(join(folder, 'onnx'), 0o755);
    await rm(file('onnx/model.onnx'));
    await expect(used.verify()).rejects.toMatchObject({ code: 'input-changed' });
  });

  it('reports that it waits for the store, and stops waiting when the step is cancelled', async () => {
    const controller = new AbortController();
    const waits: boolean[] = [];
    const { artifacts, used } = await sent(catalogueOf(), [entry], {
      signal: controller.signal,
      waiting: (waiting) => waits.push(waiting),
    });
    await artifacts.put([Buffer.from(treeManifestText(modelTree(entry) ?? { files: [] }))]);
    artifacts.openTree = () => new Promise(() => undefined);
    const opening = used.open('mine');
    await expect.poll(() => waits).toEqual([true]);
    controller.abort();
    await expect(opening).rejects.toMatchObject({ code: 'cancelled' });
    expect(waits).toEqual([true, false]);
  });

  it('is downloaded from its hub where the other machine no longer has it', async () => {
    const hubs = new HubCatalogues();
    onTestFinished(() => hubs.close());
    const hub = await hubs.serve({ 'o/r': twoPrecisions });
    const other = await hubs.open(hub);
    const id = 'hf:o/r:Q4_K_M';
    await other.fetch(id);
    const { used } = await sent(await hubs.open(hub), [other.entry(id)]);
    expect((await used.open(id)).digest).toBe(other.lookup(id)?.digest);
    const away = await sent(await hubs.open(await hubs.serve({})), [other.entry(id)]);
    await expect(away.used.open(id)).rejects.toMatchObject({ code: 'missing-file' });
  });

  it('is the one of the catalogue, in its place, where that is the same', async () => {
    const catalogue = catalogueOf();
    await catalogue.fetch('m');
    const { used, artifacts } = await sent(catalogue, [catalogue.entry('m')]);
    const { folder } = await used.open('m');
    expect(folder).toBe((await catalogue.open('m')).folder);
    expect(await artifacts.has(sha256(weights))).toBe(false);
  });

  it('is downloaded where the catalogue knows it and nobody stored it', async () => {
    const catalogue = catalogueOf();
    const { used } = await sent(catalogue, [catalogue.entry('m')]);
    expect((await used.open('m')).digest).toBe(modelDigest(catalogue.entry('m')));
  });

  it('is not another one that the catalogue has under its name', async () => {
    const { used } = await sent(catalogueOf(), [{ ...entry, id: 'm' }]);
    await expect(used.open('m')).rejects.toMatchObject({ code: 'missing-file' });
  });
});
