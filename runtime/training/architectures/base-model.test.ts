import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
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
