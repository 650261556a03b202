import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCatalogue } from '@graft/backends/catalogue';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sentBody } from '../testing/sent-body.ts';
import { WorkspaceModels } from '../workers/workspace-models.ts';

let folder: string;
let scratchFolder: string;
let models: WorkspaceModels;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-model-upload-'));
  scratchFolder = join(folder, 'scratch');
  const catalogue = createCatalogue({ modelsFolder: join(folder, 'models'), entries: [] });
  const stateFolder = join(folder, 'state');
  models = new WorkspaceModels({ root: folder, catalogue, scratchFolder, stateFolder });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const header = '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
const weights = Buffer.concat([
  Buffer.from(BigUint64Array.of(BigInt(header.length)).buffer),
  Buffer.from(header),
  Buffer.alloc(4),
]);
const files = (top: string, changes: Record<string, string> = {}) => ({
  [`${top}/config.json`]: '{"model_type":"llama","max_position_embeddings":64}',
  [`${top}/tokenizer.json`]: '{}',
  [`${top}/tokenizer_config.json`]: '{}',
  [`${top}/model.safetensors`]: weights,
  ...changes,
});
const ids = async (): Promise<string[]> =>
  (await models.offered()).models.map(({ facts }) => facts.id);

it('takes a folder under its name, or another, and keeps nothing of it beside the catalogue', async () => {
  expect(await models.receive(sentBody(files('own')))).toMatchObject({
    ...{ id: 'own', kind: 'language-model', format: 'safetensors', parameters: 1 },
  });
  await models.receive(sentBody(files('own')), { id: 'other' });
  expect(await ids()).toEqual(['own', 'other']);
  expect((await models.offered()).models.every(({ installed }) => installed)).toBe(true);
  expect(await readdir(scratchFolder)).toEqual([]);
});

it('never takes the place of another model, and takes the same one again', async () => {
  await models.receive(sentBody(files('own')));
  await models.receive(sentBody(files('own')));
  const others = sentBody(files('own', { 'own/tokenizer.json': '{"a":1}' }));
  await expect(models.receive(others)).rejects.toMatchObject({ code: 'name-taken' });
  expect((await models.offered()).models[0]?.installed).toBe(true);
  expect(await readdir(join(folder, 'models/partial'))).toEqual([]);
});

it('takes one of two models of a name that come at once, and that one whole', async () => {
  const sent = ['{}', '{"a":1}'].map((tokenizer) => ({ 'own/tokenizer.json': tokenizer }));
  const came = await Promise.allSettled(
    sent.map((changes) => models.receive(sentBody(files('own', changes)))),
  );
  expect(came.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const refused = came.find((one) => one.status === 'rejected');
  expect(refused?.reason).toMatchObject({ code: 'name-taken' });
  expect((await models.offered()).models).toMatchObject([{ installed: true }]);
});

it('keeps nothing where nobody waits for it any more, though all has come', async () => {
  const leaving = new AbortController();
  const { signal } = leaving;
  async function* thenLeave(): AsyncGenerator<Uint8Array> {
    yield* sentBody(files('own'));
    leaving.abort();
  }
  const refused = models.receive(thenLeave(), { signal });
  await expect(refused).rejects.toMatchObject({ code: 'cancelled' });
  expect(await ids()).toEqual([]);
  expect(await readdir(scratchFolder)).toEqual([]);
  expect(await readdir(join(folder, 'models/partial'))).toEqual([]);
});

it.each([
  ['two models', { ...files('a'), ...files('b') }],
  ['a name that leads out', files('own', { 'own/../../../evil': 'evil' })],
  ['a name that not every system can write', files('own', { 'own/aux.json': 'evil' })],
  ['a hidden one', files('own', { 'own/.git/config': 'evil' })],
  ['one that is a file and a folder', files('own', { 'own/config.json/x': 'evil' })],
  ['the same name twice', files('own', { 'own/CONFIG.json': 'evil' })],
  [
    'an index that names others’ files',
    files('own', {
      'own/model.safetensors.index.json': '{"weight_map":{"a":"../../../../etc/hostname"}}',
    }),
  ],
  ['no model', { 'notes.md': 'Not a model.' }],
  ['what only claims to be one', { 'evil.gguf': 'GGUF\0\0' }],
])('refuses %s without a trace', async (_what, sent) => {
  const refused: unknown = await models.receive(sentBody(sent)).catch((e: unknown) => e);
  expect(refused).toMatchObject({
    code: expect.stringMatching(/bad-name|bad-input|unsafe-path|bad-model|damaged-file/),
    message: expect.not.stringContaining(folder),
  });
  expect(await ids()).toEqual([]);
  expect(await readdir(scratchFolder).catch(() => [])).toEqual([]);
  expect((await readdir(folder)).filter((name) => !/^(models|scratch)$/.test(name))).toEqual([]);
});

it('refuses what the disk has no room for before a byte of it is read', async () => {
  let read = 0;
  const body = async function* () {
    yield Buffer.from('{"files":[{"path":"a.gguf","size":9000000000000000}]}\n');
    read += 1;
    yield Buffer.alloc(1);
  };
  await expect(models.receive(body())).rejects.toMatchObject({ code: 'no-space' });
  expect(read).toBe(0);
});

it('keeps nothing of one that breaks off', async () => {
  await expect(models.receive(sentBody(files('own'), 3))).rejects.toMatchObject({
    code: 'damaged-file',
  });
  expect(await ids()).toEqual([]);
  expect(await readdir(scratchFolder)).toEqual([]);
});
