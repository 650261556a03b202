import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLlama2c } from './llama2c.ts';
import { testData } from '../testing/env.ts';

const model = testData('stories260K/stories260K.bin');

describe('llama2.c format', () => {
  it.skipIf(!existsSync(model))(
    'reads stories260K (skipped where the file is missing)',
    async () => {
      const file = await readLlama2c(model);
      expect(file).toMatchObject({
        dimension: 64,
        layers: 5,
        heads: 8,
        kvHeads: 4,
        vocabulary: 512,
      });
      expect(file.tiedHead).toBe(true);
      expect(file.tensors.get('blk.4.ffn_up.weight')?.shape).toEqual([172, 64]);
    },
  );

  it.skipIf(!existsSync(model))(
    'says what a cut file lacks (skipped where the file is missing)',
    async () => {
      const folder = await mkdtemp(path.join(tmpdir(), 'graft-llama2c-'));
      const cut = path.join(folder, 'cut.bin');
      await writeFile(cut, (await readFile(model)).subarray(0, 300_000));
      await expect(readLlama2c(cut)).rejects.toThrow(/cut off: tensor "blk\.\d\.[a-z_]+\.weight"/);
      await rm(folder, { recursive: true });
    },
  );

  it('refuses a file with an impossible header', async () => {
    await expect(readLlama2c(import.meta.filename)).rejects.toThrow(/is not a llama2\.c model/);
  });
});
