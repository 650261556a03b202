import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBaseModel, type BaseModel } from '../architectures/base-model.ts';
import { readGguf } from '../formats/gguf-reader.ts';
import { fixture } from '../testing/golden.ts';
import { deltaOf } from './adapter.ts';
import { readGgufAdapter, writeGgufAdapter } from './gguf-adapter.ts';
import { readPeftAdapter } from './peft.ts';
import { widenGgufAdapter } from './widen-gguf-adapter.ts';

let folder = '';
let base: BaseModel;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'graft-widen-'));
  base = await openBaseModel(fixture('llama'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

async function written(name: string, encoding: 'f32' | 'f16'): Promise<string> {
  const file = path.join(folder, name);
  const adapter = await readPeftAdapter(fixture('llama', 'adapter'));
  await writeGgufAdapter(file, adapter, { ...base.config, encoding });
  return file;
}

describe('an adapter that is widened', () => {
  it.each(['f32', 'f16'] as const)('adds the very same to each map, in %s', async (encoding) => {
    const from = await written(`${encoding}.gguf`, encoding);
    const to = path.join(folder, `${encoding}-wide.gguf`);
    await widenGgufAdapter(from, to, { rank: 16 });
    const [narrow, wide] = [
      await readGgufAdapter(from, base.config),
      await readGgufAdapter(to, base.config),
    ];
    expect([...wide.modules.keys()]).toEqual([...narrow.modules.keys()]);
    for (const [name, module] of narrow.modules) {
      const other = wide.modules.get(name);
      if (other === undefined) throw new Error(`${name} is gone`);
      expect(module.rank).toBeLessThan(16);
      expect(other.rank).toBe(16);
      expect(deltaOf(wide, other)).toEqual(deltaOf(narrow, module));
    }
    const types = new Set([...(await readGguf(to)).tensors.values()].map((each) => each.encoding));
    expect([...types]).toEqual([encoding]);
  });

  it('is not left half written', async () => {
    const from = await written('whole.gguf', 'f32');
    const before = await readdir(folder);
    const signal = AbortSignal.abort();
    const widening = widenGgufAdapter(from, path.join(folder, 'never.gguf'), { rank: 16, signal });
    await expect(widening).rejects.toThrow('abort');
    expect(await readdir(folder)).toEqual(before);
  });
});
