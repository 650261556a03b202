import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { smallGguf } from '../testing/hub-folder.ts';
import { createCatalogue } from './catalogue.ts';
import type { Catalogue } from './catalogue-contract.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const first = smallGguf(4096, 1);
const second = smallGguf(4096, 2);

let own: string;
let modelsFolder: string;
let catalogue: Catalogue;
beforeEach(async () => {
  own = await mkdtemp(join(tmpdir(), 'graft-own-'));
  modelsFolder = await mkdtemp(join(tmpdir(), 'graft-models-'));
  catalogue = createCatalogue({ modelsFolder, entries: [] });
  await writeFile(join(own, 'first.gguf'), first);
  await writeFile(join(own, 'second.gguf'), second);
});
afterEach(async () => {
  for (const folder of [own, modelsFolder]) await rm(folder, { recursive: true, force: true });
});

/** Digests of the stored files. */
async function stored(): Promise<string[]> {
  const found = await readdir(join(modelsFolder, 'sha256'), { recursive: true });
  return found.filter((path) => /^..\/[0-9a-f]{64}$/.test(path)).map((path) => path.slice(3));
}

describe('a model that is imported in the place of another', () => {
  it('takes the files of that one', async () => {
    await catalogue.import(join(own, 'first.gguf'), { id: 'mine' });
    await catalogue.import(join(own, 'second.gguf'), { id: 'mine' });
    expect(await stored()).toEqual([sha256(second)]);
    expect(await readdir(await catalogue.fetch('mine'))).toEqual(['second.gguf']);
  });

  it('leaves files that others have too', async () => {
    await catalogue.import(join(own, 'second.gguf'), { id: 'mine' });
    await catalogue.import(join(own, 'second.gguf'), { id: 'other' });
    await catalogue.import(join(own, 'first.gguf'), { id: 'mine' });
    expect((await stored()).sort()).toEqual([sha256(first), sha256(second)].sort());
    const folder = await catalogue.fetch('other');
    expect(await readFile(join(folder, 'second.gguf'))).toEqual(second);
  });

  it('leaves that one, and nothing of itself, where it cannot be recorded', async () => {
    await catalogue.import(join(own, 'first.gguf'), { id: 'mine' });
    await writeFile(join(modelsFolder, 'imported.json.lock'), '');
    await expect(catalogue.import(join(own, 'second.gguf'), { id: 'mine' })).rejects.toThrow();
    await rm(join(modelsFolder, 'imported.json.lock'));
    expect(await stored()).toEqual([sha256(first)]);
    expect(await readdir(await catalogue.fetch('mine'))).toEqual(['first.gguf']);
  });
});
