import { cp, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { adapterGguf, adapterInfoSchema } from '@graft/graph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Adapter } from '../adapters/adapter.ts';
import { readPeftAdapter, writePeftAdapter } from '../adapters/peft.ts';
import { families, fixture } from '../testing/golden.ts';
import { randomAdapter, writeTestModel } from '../testing/test-model.ts';
import type { AdapterService } from './adapter-service.ts';
import { difference } from '../testing/difference.ts';
import {
  signal,
  stopped,
  tiny,
  tinyConfig,
  TinyModel,
  tinyWeights,
} from '../testing/tiny-model.ts';

let made: TinyModel;
let service: AdapterService;
beforeAll(async () => {
  made = await TinyModel.open();
  service = made.service;
});
afterAll(() => made[Symbol.asyncDispose]());

describe('importing', () => {
  it.each(families)('reads a PEFT folder of %s, and its GGUF file as the same', async (family) => {
    const source = { ...tiny, path: fixture(family) };
    const peft = fixture(family, 'adapter');
    const [first, second] = [await made.folder(), await made.folder()];
    const info = await service.importAdapter({ path: peft, model: source, folder: first }, signal);
    expect(adapterInfoSchema.parse(info)).toMatchObject({
      ...{ id: 'adapter', method: 'lora', base: { id: 'tiny', digest: tiny.digest } },
    });
    const original = await readPeftAdapter(peft);
    expect(difference(await readPeftAdapter(first), original)).toBe(0);
    const gguf = path.join(first, adapterGguf);
    const again = await service.importAdapter(
      { path: gguf, model: source, folder: second },
      signal,
    );
    expect(difference(await readPeftAdapter(second), original)).toBeLessThan(1e-6);
    expect(again.modules.map((module) => module.path)).toEqual(
      info.modules.map((module) => module.path),
    );
    again.modules.forEach(({ norm }, i) => {
      expect(norm).toBeCloseTo(info.modules[i]?.norm ?? NaN, 5);
    });
  });

  it('keeps the scale of rsLoRA', async () => {
    const adapter = randomAdapter(tinyConfig, 4, true);
    const { path: folder, info } = await made.imported(adapter, 'stable');
    expect(info).toMatchObject({ id: 'stable', method: 'rslora', rank: 4, alpha: 8 });
    expect(difference(await readPeftAdapter(folder), adapter)).toBe(0);
    const again = await made.folder();
    const gguf = path.join(folder, adapterGguf);
    await service.importAdapter({ path: gguf, model: tiny, folder: again }, signal);
    expect(difference(await readPeftAdapter(again), adapter)).toBeLessThan(1e-5);
  });

  const altered = (change: (adapter: Adapter) => Adapter) => async (folder: string) => {
    await writePeftAdapter(folder, change(randomAdapter(tinyConfig, 4, false)));
    return folder;
  };
  const withModule =
    (
      name: string,
      change: Partial<{
        inputs: number;
        rank: number;
        alpha: number;
        a: Float32Array;
        b: Float32Array;
      }>,
    ) =>
    (adapter: Adapter): Adapter => {
      const modules = new Map(adapter.modules);
      const [module] = modules.values();
      if (module !== undefined) modules.set(name, { ...module, ...change });
      return { ...adapter, modules };
    };
  const query = 'model.layers.0.self_attn.q_proj';
  const cut = (file: string, bytes: number) => async (folder: string) => {
    const whole = await made.imported(randomAdapter(tinyConfig, 4, false), 'whole');
    await cp(whole.path, folder, { recursive: true });
    await truncate(path.join(folder, file), bytes);
    return file === adapterGguf ? path.join(folder, file) : folder;
  };

  it.each<[string, (folder: string) => Promise<string>, RegExp]>([
    [
      'nothing there',
      (folder) => Promise.resolve(path.join(folder, 'none')),
      /none does not exist/,
    ],
    ['an empty folder', (folder) => Promise.resolve(folder), /has no adapter/],
    [
      'a pickle',
      async (folder) => {
        await writeFile(path.join(folder, 'adapter_config.json'), '{}');
        await writeFile(path.join(folder, 'adapter_model.bin'), '');
        return folder;
      },
      /adapter_model\.bin, which can run code/,
    ],
    [
      'two GGUF files',
      async (folder) => {
        for (const name of ['a.gguf', 'b.gguf']) await writeFile(path.join(folder, name), '');
        return folder;
      },
      /has 2 GGUF files; choose one/,
    ],
    [
      'a model instead of an adapter',
      async (folder) => {
        const file = path.join(folder, 'model.gguf');
        await writeTestModel(file, tinyConfig, { weights: tinyWeights, encoding: 'f32' });
        return file;
      },
      /no LoRA adapter/,
    ],
    [
      'an unknown module',
      altered(withModule('model.layers.0.self_attn.rotary', {})),
      /self_attn\.rotary is not a linear map of tiny, which has 2 layers/,
    ],
    [
      'a layer too many',
      altered(withModule('model.layers.2.self_attn.q_proj', {})),
      /layers\.2\.self_attn\.q_proj is not a linear map/,
    ],
    [
      'another shape',
      altered(withModule(query, { inputs: 32, a: new Float32Array(4 * 32) })),
      /q_proj changes a map of 64 × 32, but in tiny it is 64 × 64; choose the base/,
    ],
    [
      'a rank above the sizes',
      altered(
        withModule(query, { rank: 65, a: new Float32Array(65 * 64), b: new Float32Array(64 * 65) }),
      ),
      /q_proj has rank 65, but a map of 64 × 64 can have only 1 to 64/,
    ],
    [
      'values that are no numbers',
      altered(withModule(query, { a: new Float32Array(4 * 64).fill(NaN) })),
      /q_proj has values that are not numbers/,
    ],
    [
      'an alpha of 0, which to llama.cpp is none',
      altered(withModule(query, { alpha: 0 })),
      /q_proj has the alpha 0, which gives no valid scale/,
    ],
    [
      'an alpha that f32 cannot hold',
      altered(withModule(query, { alpha: 1e300 })),
      /q_proj has the alpha 1e\+300/,
    ],
    [
      'a cut safetensors file',
      cut('adapter_model.safetensors', 5000),
      /is cut off: tensor .* ends at/,
    ],
    ['a cut safetensors header', cut('adapter_model.safetensors', 100), /is cut off: the header/],
    ['an empty safetensors file', cut('adapter_model.safetensors', 0), /is cut off/],
    ['a cut GGUF file', cut(adapterGguf, 9000), /is cut off: tensor .* ends at/],
    ['a cut GGUF header', cut(adapterGguf, 60), /is cut off/],
    ['an empty GGUF file', cut(adapterGguf, 0), /is cut off: the magic number/],
  ])('refuses %s in one line', async (_what, make, message) => {
    const location = await make(await made.folder());
    const refused = service.importAdapter(
      { path: location, model: tiny, folder: await made.folder() },
      signal,
    );
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toMatchObject({ name: 'GraphError', audience: 'user' });
  });

  it('refuses a GGUF adapter of another architecture', async () => {
    const folder = await made.folder();
    const qwen = { ...tiny, path: fixture('qwen2') };
    await service.importAdapter({ path: fixture('qwen2', 'adapter'), model: qwen, folder }, signal);
    const file = path.join(folder, adapterGguf);
    await expect(
      service.importAdapter({ path: file, model: tiny, folder: await made.folder() }, signal),
    ).rejects.toThrow(/adapter for qwen2, but the base is llama/);
  });

  it('stops when it is told to', async () => {
    const request = { path: fixture('llama', 'adapter'), model: tiny, folder: await made.folder() };
    await expect(service.importAdapter(request, stopped)).rejects.toThrow('stop');
  });
});
