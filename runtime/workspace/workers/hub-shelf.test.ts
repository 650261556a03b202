import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCatalogue } from '@graft/backends/catalogue';
import type { ModelKind } from '@graft/graph';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hubFolder, smallEmbedder, smallGguf } from '../../backends/testing/hub-folder.ts';
import { HubServer, type HubServerOptions } from '../../backends/testing/hub-server.ts';
import { HubShelf } from './hub-shelf.ts';

const repos = {
  'own/Small-GGUF': { 'small-Q8_0.gguf': smallGguf(), 'small-Q4_0.gguf': smallGguf(2048) },
  'own/two-GGUF': { 'a.gguf': smallGguf(), 'b.gguf': smallGguf() },
  'own/closed-GGUF': { 'closed-F16.gguf': smallGguf() },
  'own/embedder': smallEmbedder,
  'own/embedder-GGUF': { 'embedder-Q8_0.gguf': smallGguf() },
  'own/both-embedders': { ...smallEmbedder, 'embedder-Q8_0.gguf': smallGguf() },
  'own/words': { 'README.md': '# Nothing to run' },
};
const terms = {
  'own/Small-GGUF': { licence: 'apache-2.0', gguf: { architecture: 'llama', context_length: 64 } },
  'own/closed-GGUF': { licence: 'theirs', gated: true },
};
const { signal } = new AbortController();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-shelf-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function shelfOf(options: Partial<HubServerOptions> = {}, token?: string) {
  const served = await hubFolder(repos);
  const hub = await HubServer.start({ folder: served.path, terms, ...options });
  const catalogue = createCatalogue({
    ...{ modelsFolder: join(folder, 'models'), entries: [], hubEndpoint: hub.url },
    environment: {
      ...{ XDG_CONFIG_HOME: folder, HF_HOME: folder },
      ...(token === undefined ? {} : { HF_TOKEN: token }),
    },
  });
  return {
    ...{ hub, shelf: new HubShelf(catalogue) },
    [Symbol.asyncDispose]: async () => {
      await hub[Symbol.asyncDispose]();
      await served[Symbol.asyncDispose]();
    },
  };
}

it('searches for models of the kind that is asked for', async () => {
  await using served = await shelfOf();
  const { shelf } = served;
  const found = await shelf.search({ text: 'small', signal });
  expect(found).toMatchObject([{ repo: 'own/Small-GGUF', licence: 'apache-2.0', gated: false }]);
  for (const text of ['Small:GGUF', 'small gguf Q4', 'small:gguf Q8_0'])
    expect(await shelf.search({ text, signal })).toMatchObject([{ repo: 'own/Small-GGUF' }]);
  const namesOf = async (kind: ModelKind): Promise<string[]> =>
    (await shelf.search({ text: 'embed', kind, signal })).map(({ repo }) => repo).sort();
  const inGguf = ['own/both-embedders', 'own/embedder-GGUF'];
  expect(await namesOf('embedder')).toEqual([inGguf[0], 'own/embedder', inGguf[1]]);
  expect(await namesOf('cross-encoder')).toEqual(await namesOf('embedder'));
  expect(await namesOf('language-model')).toEqual(inGguf);
});

it('offers the models of a repository, and says which one its name means', async () => {
  await using served = await shelfOf();
  const { shelf, hub } = served;
  const repo = await shelf.repo('hf:own/Small-GGUF', signal);
  expect(repo).toMatchObject({
    ...{ repo: 'own/Small-GGUF', page: `${hub.url}/own/Small-GGUF`, gated: false },
    licence: { id: 'apache-2.0', url: `${hub.url}/own/Small-GGUF`, consent: false },
    gguf: { architecture: 'llama', contextLength: 64 },
    meant: 'hf:own/Small-GGUF:Q4_0',
  });
  expect(repo.models.map(({ model }) => model)).toEqual([
    ...['hf:own/Small-GGUF:Q4_0', 'hf:own/Small-GGUF:Q8_0'],
  ]);
  expect(repo).not.toHaveProperty('files');
  const named = await shelf.repo('hf:own/Small-GGUF:Q8_0', signal);
  expect(named.meant).toBe('hf:own/Small-GGUF:Q8_0');
});

it('says why a name means no model, and leaves the choice where several may be meant', async () => {
  await using served = await shelfOf();
  const { shelf } = served;
  const lacking = await shelf.repo('hf:own/Small-GGUF:Q2_K', signal);
  expect(lacking.refusal).toContain('has no model "Q2_K"');
  expect(lacking.models).toHaveLength(2);
  const open = await shelf.repo('hf:own/two-GGUF', signal);
  expect([open.meant, open.refusal]).toEqual([undefined, undefined]);
  const none = await shelf.repo('hf:own/words', signal);
  expect([none.models, none.refusal]).toEqual([[], expect.stringContaining('neither .gguf nor')]);
  await expect(shelf.repo('hf:own/absent', signal)).rejects.toThrow(/no repository own\/absent/);
  await expect(shelf.repo('nonsense', signal)).rejects.toThrow(/no model "nonsense"/);
});

it('reads what a model is by ranges, and keeps nothing of it', async () => {
  await using served = await shelfOf();
  const { shelf, hub } = served;
  expect(await shelf.describe('hf:own/two-GGUF/a.gguf', signal)).toMatchObject({
    ...{ kind: 'language-model', architecture: 'llama', contextLength: 64, dtype: 'f32' },
    parameters: 1024,
  });
  const large = hub.requests.filter(({ host }) => host === 'cdn');
  expect(large.length).toBeGreaterThan(0);
  expect(large.every(({ range }) => range !== undefined)).toBe(true);
  expect(await shelf.describe('hf:own/embedder:q4', signal)).toMatchObject({
    ...{ kind: 'embedder', architecture: 'bert', dimension: 8, dtype: 'q4' },
  });
  await expect(readdir(join(folder, 'models'))).rejects.toThrow(/ENOENT/);
});

it('tells of a closed repository whether a token is there, and reads it only with one', async () => {
  await using served = await shelfOf();
  const closed = await served.shelf.repo('hf:own/closed-GGUF', signal);
  expect(closed).toMatchObject({ gated: true, hasToken: false });
  await expect(served.shelf.describe('hf:own/closed-GGUF', signal)).rejects.toThrow(
    /accept its licence first.*own\/closed-GGUF/,
  );
  await using granted = await shelfOf({ granted: ['hf_mine'] }, 'hf_mine');
  expect(await granted.shelf.repo('hf:own/closed-GGUF', signal)).toMatchObject({ hasToken: true });
  expect(await granted.shelf.describe('hf:own/closed-GGUF', signal)).toMatchObject({
    architecture: 'llama',
  });
});

it('finds names by words in any order, which the hub looks for as one text', async () => {
  await using served = await shelfOf();
  const { shelf, hub } = served;
  const found = await shelf.search({ text: 'gguf small', signal });
  expect(found.map(({ repo }) => repo)).toEqual(['own/Small-GGUF']);
  expect(await shelf.search({ text: 'small onnx', signal })).toEqual([]);
  hub.requests.length = 0;
  await shelf.search({ text: 'small', signal });
  expect(hub.requests).toHaveLength(1);
});

it('stops a search that nobody waits for any more', async () => {
  await using served = await shelfOf();
  const { shelf, hub } = served;
  let isGone = (): void => undefined;
  const gone = new Promise<void>((resolve) => (isGone = resolve));
  const waits = new Promise<void>((resolve) =>
    hub.fail({
      ...{ host: 'hub', on: /\/api\/models\?/ },
      answer: (_response, request) => {
        request.socket.on('close', isGone);
        resolve();
      },
    }),
  );
  const typing = new AbortController();
  const search = shelf.search({ text: 'small', signal: typing.signal });
  search.catch(() => undefined);
  await waits;
  typing.abort();
  await expect(search).rejects.toThrow();
  await gone;
});
