import {
  appendFile,
  chmod,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCatalogue, type Catalogue, type ListedModel } from '../catalogue/index.ts';
import { smallEmbedder, smallGguf } from '../testing/hub-folder.ts';
import { commit, ggufOf, OtherTools, sha256 } from '../testing/other-tools.ts';

let tools: OtherTools;
let catalogue: Catalogue;

beforeEach(async () => {
  tools = await OtherTools.open();
  catalogue = opened();
});
afterEach(() => tools[Symbol.asyncDispose]());

const opened = (models = 'models'): Catalogue =>
  createCatalogue({
    ...{ modelsFolder: tools.path('..', `${tools.folder}-${models}`), entries: [] },
    environment: tools.environment,
  });
afterEach(() => rm(catalogue.modelsFolder, { recursive: true, force: true }));

/** By id: where it lies, or why it cannot be run. */
async function listed(from = catalogue): Promise<Record<string, string | undefined>> {
  const models = await from.list();
  return Object.fromEntries(
    models.map(({ entry, facts, origin }) => [entry.id, facts.unusable ?? origin?.path]),
  );
}
async function only(): Promise<ListedModel> {
  const models = await catalogue.list();
  expect(models).toHaveLength(1);
  return models[0] ?? expect.fail();
}

const hubId = `hf:o/r-GGUF@${commit}/sub/m-Q8_0.gguf`;

describe('models of other tools', () => {
  it('are listed where they are, and opened there by the digest of their bytes', async () => {
    const [a, b, c, d] = [smallGguf(8192, 1), smallGguf(8192, 2), smallGguf(), smallGguf(64)];
    await tools.ollama('small:1b', a, ['template', 'license']);
    await tools.lmStudio('o/r/b.gguf', b);
    const flat = await tools.llamaCpp('o_r_c.gguf', c);
    await tools.hub('o/r-GGUF', 'sub/m-Q8_0.gguf', d);
    const contents = [a, b, d, c];
    const before = await tools.state();
    const models = await catalogue.list();
    expect(models.map(({ entry, origin }) => [entry.id, origin?.tool])).toEqual([
      ['ollama:small:1b', 'Ollama'],
      ['lmstudio:o/r/b.gguf', 'LM Studio'],
      [hubId, 'Hugging Face cache'],
      [`file:${flat}`, 'llama.cpp'],
    ]);
    for (const [at, { entry, facts, installed, imported, bytes }] of models.entries()) {
      expect({ installed, imported, bytes, unusable: facts.unusable }).toEqual({
        ...{ installed: true, imported: false, bytes: 0, unusable: undefined },
      });
      expect(entry).toMatchObject({ architecture: 'llama', contextLength: 64, format: 'gguf' });
      const model = await catalogue.open(entry.id);
      const [file] = model.entry.files;
      expect(file?.digest).toBe(sha256(contents[at] ?? expect.fail()));
      expect(sha256(await readFile(model.file(file?.path ?? '')))).toBe(file?.digest);
      expect(catalogue.lookup(entry.id)).toMatchObject({ digest: model.digest });
      expect(await model.isSound()).toBe(true);
    }
    // Another process finds them as they were recorded, and hashes nothing again.
    const other = opened();
    expect(other.lookup('ollama:small:1b')?.digest).toBe(
      catalogue.lookup('ollama:small:1b')?.digest,
    );
    expect(await tools.state()).toEqual(before);
    expect(await readdir(catalogue.modelsFolder)).toEqual(['installed.json']);
  });

  it('have the digest that Graft’s own download of the same commit has', async () => {
    const bytes = smallGguf();
    await tools.hub('o/r-GGUF', 'sub/m-Q8_0.gguf', bytes);
    await catalogue.list();
    const download = { path: 'm-Q8_0.gguf', digest: sha256(bytes), size: bytes.length };
    expect(catalogue.entry(hubId).files).toEqual([{ ...download, sources: [hubId] }]);
  });

  it('come and go without a restart', async () => {
    expect(await listed()).toEqual({});
    const file = await tools.lmStudio('o/r/m.gguf', smallGguf());
    await tools.ollama('x', smallGguf(4096, 2));
    expect(Object.keys(await listed())).toEqual(['ollama:x', 'lmstudio:o/r/m.gguf']);
    expect(catalogue.lookup('ollama:x:latest')).toMatchObject({ id: 'ollama:x:latest' });
    await rm(file);
    expect(catalogue.lookup('lmstudio:o/r/m.gguf')).toBeUndefined();
    expect(Object.keys(await listed())).toEqual(['ollama:x']);
  });

  it('are hashed once, and again when somebody has touched them', async () => {
    const file = await tools.lmStudio('o/r/m.gguf', smallGguf());
    const { facts } = await only();
    expect(facts.unpinned).toBe(true);
    const model = await catalogue.open(facts.id);
    const known = catalogue.lookup(facts.id);
    expect(known).toMatchObject({ digest: model.digest });
    expect(known).not.toHaveProperty('unpinned');
    const messages: (string | undefined)[] = [];
    const progress = ({ message }: { message?: string }): number => messages.push(message);
    await opened().open(facts.id, { progress });
    expect(messages).toEqual([]);
    await writeFile(file, smallGguf(4096, 7));
    expect(await model.isSound()).toBe(false);
    expect(catalogue.lookup(facts.id)?.unpinned).toBe(true);
    const changed = await catalogue.open(facts.id, { progress });
    expect(messages).toEqual(['checks its files, once']);
    expect(changed.digest).not.toBe(model.digest);
  });

  it('stand in for the same bytes of the catalogue, which then needs no download', async () => {
    const bytes = smallGguf();
    const blob = await tools.ollama('x', bytes);
    const file = { path: 'm.gguf', size: bytes.length, digest: sha256(bytes) };
    const entry = {
      ...(await only()).entry,
      id: 'm',
      files: [{ ...file, sources: ['file:/none'] }],
    };
    const own = createCatalogue({
      ...{ modelsFolder: catalogue.modelsFolder, entries: [entry] },
      environment: tools.environment,
    });
    const [first] = await own.list();
    expect(first).toMatchObject({ entry: { id: 'm' }, installed: true, origin: { path: blob } });
    expect((await own.open('m')).file('m.gguf')).toBe(blob);
    await rm(blob);
    await expect(own.open('m')).rejects.toMatchObject({ code: 'bad-model' });
  });

  it('of several files are one, and not one that lacks a file', async () => {
    const name = (part: number): string => `o/r/m-Q8_0-0000${String(part)}-of-00002.gguf`;
    await tools.lmStudio(name(1), smallGguf(4096, 1));
    expect(await listed()).toEqual({
      [`lmstudio:${name(1)}`]: 'Only 1 of its 2 files are here. Download the others too.',
    });
    await tools.lmStudio(name(2), smallGguf(4096, 2));
    const { entry, facts } = await only();
    expect(facts.unusable).toBeUndefined();
    expect(entry.files).toHaveLength(2);
    expect(entry.parameters).toBe(2048);
    expect((await catalogue.open(entry.id)).entry.files.every(({ digest }) => digest)).toBe(true);
  });

  it('of the hub’s cache are embedders too, and a file is listed once', async () => {
    for (const [path, content] of Object.entries(smallEmbedder)) {
      await tools.hub('o/e', path, Buffer.from(content));
    }
    const { entry, facts } = (await catalogue.list())[1] ?? expect.fail();
    expect(entry).toMatchObject({ kind: 'embedder', format: 'onnx', dimension: 8 });
    expect(facts).not.toHaveProperty('unusable');
    const { file } = await catalogue.open(entry.id);
    expect(await readFile(file('config.json'), 'utf8')).toBe(smallEmbedder['config.json']);
    const older = tools.path('hf/hub/models--o--e/snapshots', 'a'.repeat(40));
    await mkdir(older);
    await symlink('../../blobs/none', join(older, 'm.gguf'));
    const ids = Object.keys(await listed());
    expect(ids.filter((id) => !id.endsWith('.onnx'))).toEqual([`hf:o/e@${'a'.repeat(40)}/m.gguf`]);
  });

  it('are not Graft’s to delete', async () => {
    const blob = await tools.ollama('x', smallGguf());
    await tools.llamaCpp('m.gguf', smallGguf(4096, 2));
    await catalogue.list();
    await expect(catalogue.remove('ollama:x')).rejects.toMatchObject({
      code: 'bad-input',
      message: `Ollama keeps the model "ollama:x" in ${blob}, and Graft deletes nothing there. Delete it with: ollama rm x`,
    });
    await expect(catalogue.remove(`file:${tools.path('llama.cpp/m.gguf')}`)).rejects.toThrow('rm ');
    expect((await catalogue.usage()).models).toEqual([]);
  });

  it('give way to no model that a package brings under their name', async () => {
    const bytes = smallGguf();
    await tools.ollama('x', bytes);
    const { entry } = await only();
    const from = (content: Buffer) => ({
      name: 'theirs',
      blob: async function* () {
        yield content;
      },
    });
    const other = smallGguf(4096, 9);
    const [file] = entry.files;
    const theirs = { ...(file ?? expect.fail()), digest: sha256(other), size: other.length };
    await expect(
      catalogue.receive({ ...entry, files: [theirs] }, from(other)),
    ).rejects.toMatchObject({ code: 'bad-model' });
    await catalogue.receive(entry, from(bytes));
    expect((await only()).origin?.tool).toBe('Ollama');
  });
});

describe('a model that is gone', () => {
  it.each([
    ['ollama:x', 'ollama pull x', () => tools.ollama('x', smallGguf())],
    ['lmstudio:o/r/m.gguf', 'LM Studio', () => tools.lmStudio('o/r/m.gguf', smallGguf())],
    [
      hubId,
      `graft models pull ${hubId}`,
      () => tools.hub('o/r-GGUF', 'sub/m-Q8_0.gguf', smallGguf()),
    ],
  ])('%s: Graft says what is gone and how to get it back', async (id, remedy, put) => {
    const file = await put();
    await catalogue.list();
    const model = await catalogue.open(id);
    await rm(file);
    await expect(model.isSound()).rejects.toMatchObject({
      code: 'missing-file',
      message: expect.stringContaining('is gone') as string,
    });
    await expect(model.isSound()).rejects.toThrow(remedy);
    await expect(catalogue.open(id)).rejects.toThrow(remedy);
    expect(catalogue.lookup(id)?.unusable ?? remedy).toContain(remedy);
  });

  it('was moved by its tool to another folder', async () => {
    await tools.lmStudio('o/r/m.gguf', smallGguf());
    await catalogue.list();
    await rename(tools.path('lm-studio/models'), tools.path('lm-studio/moved'));
    await expect(catalogue.open('lmstudio:o/r/m.gguf')).rejects.toThrow('is gone');
    const settings = JSON.stringify({ downloadsFolder: tools.path('lm-studio/moved') });
    await writeFile(tools.path('lm-studio/settings.json'), settings);
    expect((await only()).origin?.path).toBe(tools.path('lm-studio/moved/o/r/m.gguf'));
  });
});

describe('what cannot be run', () => {
  it('is listed with the reason', async () => {
    const layers = (...kinds: string[]) => ({
      layers: kinds.map((kind) => ({
        ...{
          mediaType: `application/vnd.ollama.image.${kind}`,
          digest: `sha256:${'a'.repeat(64)}`,
        },
      })),
    });
    await tools.ollamaManifest('broken', '{"layers": [');
    await tools.ollamaManifest('mlx', layers('tensor', 'json'));
    await tools.ollamaManifest('cloud', layers('template'));
    await tools.ollamaManifest('pruned', layers('model'));
    await tools.ollamaManifest('split', layers('model', 'model'));
    await tools.ollamaManifest('out', {
      layers: [{ mediaType: 'application/vnd.ollama.image.model', digest: 'sha256:../../../x' }],
    });
    await tools.ollama('tuned', smallGguf(), ['adapter']);
    await tools.ollama('gemma3', ggufOf('gemma3'));
    await tools.ollama('new', ggufOf('llama9'));
    await tools.lmStudio('o/r/cut.gguf', smallGguf().subarray(0, 90));
    await tools.lmStudio('o/r/page.gguf', Buffer.from('<html>'));
    await tools.lmStudio('mlx/r/model.safetensors', Buffer.from('x'));
    const reasons = await listed();
    expect(reasons).toEqual({
      'ollama:broken':
        'Ollama’s manifest for it is damaged; remove the model in Ollama and pull it again.',
      'ollama:mlx':
        'Ollama keeps it as safetensors, which llama.cpp does not read; pull a version in GGUF.',
      'ollama:cloud': 'Ollama has no weights of it on this computer.',
      'ollama:pruned': 'Its file is missing. Get it with: ollama pull pruned',
      'ollama:split': 'Ollama keeps it in several files, which llama.cpp does not put together.',
      'ollama:out':
        'Ollama’s manifest of it names a file outside of Ollama’s folder; pull the model again.',
      'ollama:tuned':
        'It adds an adapter to its base model; choose the base model and load the adapter with a node.',
      'ollama:gemma3':
        'Ollama keeps it in a form of its own; get the same model in GGUF from the hub.',
      'ollama:new': 'Graft’s llama.cpp does not know its architecture, "llama9".',
      'lmstudio:o/r/cut.gguf': expect.stringMatching(/^Its file is cut off: .*; fetch it again\.$/),
      'lmstudio:o/r/page.gguf': expect.stringMatching(/^Its file /),
      'lmstudio:mlx/r/model.safetensors':
        'It is in safetensors, which llama.cpp does not read; get the same model in GGUF.',
    });
    await expect(catalogue.open('ollama:gemma3')).rejects.toMatchObject({
      code: 'bad-model',
      message: `Graft cannot run "ollama:gemma3": ${String(reasons['ollama:gemma3'])}`,
    });
  });

  it('is no language model because it is an embedder', async () => {
    await tools.ollama('nomic-embed-text', ggufOf('nomic-bert', { 'nomic-bert.pooling_type': 1 }));
    expect((await only()).entry.kind).toBe('embedder');
  });

  it('is no part of another model', async () => {
    await tools.lmStudio('o/r/mmproj-m-F16.gguf', ggufOf('clip'));
    await tools.lmStudio('o/r/eyes.gguf', ggufOf('clip'));
    await tools.lmStudio('o/r/lora.gguf', ggufOf('llama', { 'general.type': 'adapter' }));
    await tools.hub('o/r', 'mmproj-m.gguf', ggufOf('clip'));
    expect(await listed()).toEqual({});
    expect(catalogue.lookup('lmstudio:o/r/eyes.gguf')).toBeUndefined();
  });

  it('has other bytes than its name says', async () => {
    const blob = await tools.ollama('x', smallGguf());
    await appendFile(blob, 'x');
    await catalogue.list();
    await expect(catalogue.open('ollama:x')).rejects.toMatchObject({
      code: 'damaged-file',
      message: expect.stringContaining('ollama pull x') as string,
    });
  });
});

describe('a hostile folder', () => {
  it('is not left by a link', async () => {
    const secret = tools.path('secret.gguf');
    await writeFile(secret, smallGguf());
    const out = 'Its file is a link that leads out of the folder of that tool.';
    await mkdir(tools.path('lm-studio/models/o/r'), { recursive: true });
    await symlink(secret, tools.path('lm-studio/models/o/r/out.gguf'));
    await symlink('nowhere', tools.path('lm-studio/models/o/r/broken.gguf'));
    await symlink('round.gguf', tools.path('lm-studio/models/o/r/round.gguf'));
    await symlink('..', tools.path('lm-studio/models/o/r/up'));
    await symlink('/', tools.path('lm-studio/models/root'));
    const blob = await tools.ollama('x', smallGguf(4096, 3));
    await rm(blob);
    await symlink(secret, blob);
    const hub = await tools.hub('o/r', 'm.gguf', smallGguf(4096, 4));
    await rm(hub);
    await symlink(secret, hub);
    expect(await listed()).toEqual({
      'ollama:x': out,
      'lmstudio:o/r/out.gguf': out,
      'lmstudio:o/r/broken.gguf': expect.stringContaining('Its file is missing.'),
      'lmstudio:o/r/round.gguf': 'Its file cannot be opened.',
      [`hf:o/r@${commit}/m.gguf`]: out,
    });
  });

  it('of ten thousand files is listed, and read once', async () => {
    const names = Array.from({ length: 10_000 }, (_, at) => `file-${String(at)}.bin`);
    const folder = tools.path('lm-studio/models/o/r');
    await mkdir(folder, { recursive: true });
    for (const name of names) await writeFile(join(folder, name), '');
    await tools.lmStudio('o/r/m.gguf', smallGguf());
    expect(Object.keys(await listed())).toEqual(['lmstudio:o/r/m.gguf']);
  });

  it('has names of every kind, and no folder where one should be', async () => {
    await tools.ollamaManifest('a b', { layers: [] });
    await tools.ollamaManifest('x:.hidden', { layers: [] });
    await tools.lmStudio('o/r/a\\b.gguf', smallGguf());
    await tools.lmStudio(`o/${'r'.repeat(200)}/${'m'.repeat(200)}.gguf`, smallGguf());
    await writeFile(tools.path('llama.cpp'), 'no folder');
    await mkdir(tools.path('hf/hub/models--o--r/snapshots'), { recursive: true });
    await writeFile(tools.path('hf/hub/models--o--r/snapshots', commit), 'no folder');
    await mkdir(tools.path('lm-studio/models/o/r/folder.gguf'));
    expect(await listed()).toEqual({});
  });

  it('that may not be read is passed over, and a file of it is named', async () => {
    const file = await tools.lmStudio('o/r/m.gguf', smallGguf());
    await chmod(file, 0o000);
    const isRoot = process.getuid?.() === 0;
    const reason = isRoot ? file : 'Its file may not be read by you.';
    expect(await listed()).toEqual({ 'lmstudio:o/r/m.gguf': reason });
    await chmod(tools.path('lm-studio/models/o'), 0o000);
    if (!isRoot) expect(await listed()).toEqual({});
    await chmod(tools.path('lm-studio/models/o'), 0o755);
  });
});
