import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { TinyModel } from '../testing/tiny-model.ts';
import { openBaseModel } from './base-model.ts';

it('a model whose index names weights outside of its folder is not opened', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'graft-base-'));
  const fixture = path.join(import.meta.dirname, '../golden/fixtures/llama');
  await copyFile(path.join(fixture, 'config.json'), path.join(folder, 'config.json'));
  for (const shard of [path.join(fixture, 'model.safetensors'), '../up.safetensors']) {
    const index = JSON.stringify({ weight_map: { a: shard } });
    await writeFile(path.join(folder, 'model.safetensors.index.json'), index);
    await expect(openBaseModel(folder)).rejects.toMatchObject({ code: 'unsafe-path' });
  }
  await rm(folder, { recursive: true });
});

it('a model that claims more layers than any has is refused, and nothing is made for them', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'graft-base-'));
  const fixtures = path.join(import.meta.dirname, '../golden/fixtures');
  const config: unknown = JSON.parse(
    await readFile(path.join(fixtures, 'llama/config.json'), 'utf8'),
  );
  const claims = JSON.stringify({ ...Object(config), num_hidden_layers: 2 ** 31 });
  await writeFile(path.join(folder, 'config.json'), claims);
  const refused = { code: 'bad-model', message: expect.stringContaining('layers') };
  await expect(openBaseModel(folder)).rejects.toMatchObject(refused);

  await using tiny = await TinyModel.open();
  const gguf = await readFile(tiny.file);
  const key = 'llama.block_count';
  gguf.writeUInt32LE(0xffffffff, gguf.indexOf(key) + key.length + 4);
  await writeFile(path.join(folder, 'claims.gguf'), gguf);
  await expect(openBaseModel(path.join(folder, 'claims.gguf'))).rejects.toMatchObject(refused);
  await rm(folder, { recursive: true });
});
