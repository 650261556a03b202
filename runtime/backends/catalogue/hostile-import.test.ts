import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createCatalogue } from './catalogue.ts';

const cleanUp: string[] = [];
afterEach(async () => {
  for (const path of cleanUp.splice(0)) await rm(path, { recursive: true, force: true });
});
async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'graft-hostile-'));
  cleanUp.push(path);
  return path;
}

const header = '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
const weights = Buffer.concat([
  Buffer.from(BigUint64Array.of(BigInt(header.length)).buffer),
  Buffer.from(header),
  Buffer.alloc(4),
]);

/** A folder with a language model, `extra` beside or instead of its files. */
async function modelFolder(at: string, extra: Record<string, string | Buffer> = {}): Promise<void> {
  const files = {
    'config.json': '{"model_type":"llama","max_position_embeddings":64}',
    'tokenizer.json': '{}',
    'tokenizer_config.json': '{}',
    'model.safetensors': weights,
    ...extra,
  };
  await mkdir(at, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(at, name), bytes);
}

describe('a model folder that names files outside of itself', () => {
  it.each(['../../../evil.txt', '/etc/hostname', 'a\\..\\b', 'C:/x', './model.safetensors', ''])(
    '%j in its index is refused, and nothing is written',
    async (path) => {
      const root = await folder();
      const own = join(root, 'a', 'b', 'own');
      const index = JSON.stringify({ weight_map: { a: path } });
      await modelFolder(own, { 'model.safetensors.index.json': index });
      await writeFile(join(root, 'evil.txt'), weights);
      const modelsFolder = join(root, 'models');
      const catalogue = createCatalogue({ modelsFolder });
      await expect(catalogue.import(own, { id: 'm' })).rejects.toMatchObject({
        code: 'unsafe-path',
        location: { file: join(own, 'model.safetensors.index.json') },
      });
      expect((await readdir(root)).sort()).toEqual(['a', 'evil.txt']);
    },
  );

  it('links that lead out are refused; those within, and those of the hub’s cache, are followed', async () => {
    const root = await folder();
    const own = join(root, 'models--a--b', 'snapshots', 'abc');
    await modelFolder(own);
    await writeFile(join(root, 'secret'), '{"model_type":"x","max_position_embeddings":1}');
    const catalogue = createCatalogue({ modelsFolder: join(root, 'models') });
    for (const name of ['config.json', 'tokenizer.json', 'model.safetensors']) {
      await modelFolder(own);
      await rm(join(own, name));
      await symlink('../../../secret', join(own, name));
      await expect(catalogue.import(own)).rejects.toMatchObject({
        code: 'unsafe-path',
        location: { file: join(own, name) },
      });
      await rm(join(own, name));
    }
    await mkdir(join(root, 'models--a--b', 'blobs'));
    await writeFile(join(root, 'models--a--b', 'blobs', 'ff'), weights);
    await modelFolder(own, { real: '{"model_type":"x","max_position_embeddings":1}' });
    for (const [name, target] of [
      ['config.json', 'real'],
      ['model.safetensors', '../../blobs/ff'],
    ] as const) {
      await rm(join(own, name));
      await symlink(target, join(own, name));
    }
    expect(await catalogue.import(own, { id: 'm' })).toMatchObject({ architecture: 'x' });
    expect(await readFile(join(await catalogue.fetch('m'), 'model.safetensors'))).toEqual(weights);
  });

  it('refuses what is no file at all', async () => {
    const own = await folder();
    await modelFolder(own);
    await rm(join(own, 'tokenizer.json'));
    await mkdir(join(own, 'tokenizer.json'));
    const catalogue = createCatalogue({ modelsFolder: await folder() });
    await expect(catalogue.import(own)).rejects.toMatchObject({ code: 'damaged-file' });
  });
});

describe('ids that every object has', () => {
  it('name no model', async () => {
    const catalogue = createCatalogue({ modelsFolder: await folder() });
    for (const id of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      expect(catalogue.lookup(id)).toBeUndefined();
      expect(() => catalogue.entry(id)).toThrow(/has no model/);
    }
  });

  it('may be given to a model', async () => {
    const own = await folder();
    await modelFolder(own);
    const modelsFolder = await folder();
    for (const [id, given] of [
      ['constructor', 'constructor'],
      ['__proto__', 'proto__'],
    ]) {
      const entry = await createCatalogue({ modelsFolder }).import(own, { id: id ?? '' });
      expect(entry.id).toBe(given);
      expect(createCatalogue({ modelsFolder }).lookup(entry.id)?.architecture).toBe('llama');
    }
  });
});

it('a catalogue file whose entry leads out of the models folder is said to be damaged', async () => {
  const modelsFolder = await folder();
  const own = await folder();
  await modelFolder(own);
  await createCatalogue({ modelsFolder }).import(own, { id: 'm' });
  const file = join(modelsFolder, 'imported.json');
  await writeFile(
    file,
    (await readFile(file, 'utf8')).replace('"path": "config.json"', '"path": "../../c"'),
  );
  expect(() => createCatalogue({ modelsFolder }).lookup('m')).toThrow(/is damaged; repair it/);
});

it.each([
  ['tensors', 2n ** 62n, 0n],
  ['metadata entries', 0n, 2n ** 62n],
])(
  'a GGUF file of 24 bytes that claims 2^62 %s is refused at once',
  async (what, tensors, keys) => {
    const own = await folder();
    const bytes = Buffer.alloc(24);
    bytes.write('GGUF');
    bytes.writeUInt32LE(3, 4);
    bytes.writeBigUInt64LE(tensors, 8);
    bytes.writeBigUInt64LE(keys, 16);
    await writeFile(join(own, 'x.gguf'), bytes);
    const catalogue = createCatalogue({ modelsFolder: await folder() });
    await expect(catalogue.import(join(own, 'x.gguf'))).rejects.toMatchObject({
      code: 'damaged-file',
      message: expect.stringContaining(`claims 4611686018427387904 ${what}`) as string,
    });
  },
);

it.skipIf(process.platform === 'win32')('a pipe is no model, and nobody waits for it', async () => {
  const pipe = join(await folder(), 'x.gguf');
  execFileSync('mkfifo', [pipe]);
  const refused = createCatalogue({ modelsFolder: await folder() }).import(pipe);
  await expect(refused).rejects.toMatchObject({ code: 'bad-model' });
});
