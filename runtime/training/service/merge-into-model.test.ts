import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { modelSchema } from '@graft/graph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deltaOf } from '../adapters/adapter.ts';
import { mergeIntoGguf } from '../adapters/merge-into-gguf.ts';
import { readPeftAdapter } from '../adapters/peft.ts';
import { openBaseModel } from '../architectures/base-model.ts';
import { permuteRows } from '../architectures/paired-rows.ts';
import { weightShapes } from '../architectures/weight-shapes.ts';
import { loadWeight } from '../formats/load-weight.ts';
import { sourceOf } from '../formats/tensor-file.ts';
import { fixture } from '../testing/golden.ts';
import { randomAdapter, randomWeights, writeTestModel } from '../testing/test-model.ts';
import type { AdapterService } from './adapter-service.ts';
import { farthest } from '../testing/difference.ts';
import { signal, tiny, tinyConfig, TinyModel, tinyWeights } from '../testing/tiny-model.ts';

let made: TinyModel;
let service: AdapterService;
beforeAll(async () => {
  made = await TinyModel.open();
  service = made.service;
});
afterAll(() => made[Symbol.asyncDispose]());

describe('merging into a model', () => {
  const hooks = { signal, progress: () => undefined };

  it.each([
    ['f16', 1e-3],
    ['q8_0', 1e-2],
  ] as const)('gives base + Σ weight · ΔW in %s', async (encoding, tolerance) => {
    const adapters = [
      { ...(await made.imported(randomAdapter(tinyConfig, 4, false), 'one')), weight: 0.5 },
      { ...(await made.imported(randomAdapter(tinyConfig, 2, true), 'two')), weight: -1 },
    ];
    const folder = await made.folder();
    const seen: number[] = [];
    const info = await service.mergeIntoModel(
      { model: tiny, adapters, encoding, folder },
      { signal, progress: ({ done }) => seen.push(done) },
    );
    const bytes = await readFile(path.join(folder, 'model.gguf'));
    expect(modelSchema.parse(info)).toEqual({
      ...{ id: 'tiny + one + two', weights: 'model.gguf', architecture: 'llama', format: 'gguf' },
      ...{ contextLength: 64, digest: createHash('sha256').update(bytes).digest('hex') },
    });
    expect(seen).toEqual(Array.from({ length: weightShapes(tinyConfig).size }, (_, i) => i));
    const merged = await openBaseModel(path.join(folder, 'model.gguf'));
    const read = await Promise.all(adapters.map((one) => readPeftAdapter(one.path)));
    for (const [name, { data, shape }] of tinyWeights) {
      const entry = merged.entry(name);
      if (entry === undefined) throw new Error(`no ${name}`);
      const expected = Float64Array.from(data);
      read.forEach((adapter, i) => {
        const module = adapter.modules.get(name.replace(/\.weight$/, ''));
        if (module === undefined) return;
        deltaOf(adapter, module).forEach((x, at) => {
          expected[at] = (expected[at] ?? 0) + (adapters[i]?.weight ?? 0) * x;
        });
      });
      const stored = await loadWeight(sourceOf(entry), entry.shape);
      const heads = name.includes('q_proj') ? 4 : name.includes('k_proj') ? 2 : undefined;
      const rows = shape[0] ?? 0;
      const published =
        heads === undefined ? stored : permuteRows(stored, { heads, rows }, 'fromPairs');
      expect(farthest(published, expected), name).toBeLessThan(tolerance);
    }
  });

  it('is the same whatever is in memory at a time', async () => {
    const plain = randomAdapter(tinyConfig, 4, true);
    const withLengths = [...plain.modules].map(([name, module]) => {
      const magnitude = Float32Array.from({ length: module.outputs }, (_, i) => 1 + Math.sin(i));
      return [name, { ...module, magnitude }] as const;
    });
    const dora = { ...plain, modules: new Map(withLengths) };
    const adapters = [
      { name: 'plain', adapter: plain, weight: 0.5 },
      { name: 'dora', adapter: dora, weight: 1 },
    ];
    const merged = async (band: number): Promise<Buffer> => {
      const file = path.join(await made.folder(), 'model.gguf');
      await mergeIntoGguf(made.file, adapters, { file, encoding: 'q8_0', band });
      return readFile(file);
    };
    const whole = await merged(1 << 22);
    // Of rows of 64 and 96 numbers: one at a time, two or three, and nearly all.
    for (const band of [1, 200, 6000]) expect((await merged(band)).equals(whole)).toBe(true);
  });

  it('refuses a folder of safetensors, and an adapter of another base', async () => {
    const adapters = [await made.imported(randomAdapter(tinyConfig, 4, false), 'one')];
    const request = {
      model: tiny,
      adapters,
      encoding: 'f16',
      folder: await made.folder(),
    } as const;
    const folder = { ...tiny, path: fixture('llama') };
    await expect(service.mergeIntoModel({ ...request, model: folder }, hooks)).rejects.toThrow(
      /folder of safetensors.*graft models import .* --to gguf/,
    );
    const small = { ...tinyConfig, layers: 1, sliding: [false] };
    const other = path.join(made.root, 'small.gguf');
    await writeTestModel(other, small, { weights: randomWeights(small, 1), encoding: 'f32' });
    await expect(
      service.mergeIntoModel({ ...request, model: { ...tiny, path: other } }, hooks),
    ).rejects.toThrow(/has no model\.layers\.1.*choose the base it was trained on/);
  });

  it('leaves nothing behind when it is stopped', async () => {
    const folder = await made.folder();
    const adapters = [await made.imported(randomAdapter(tinyConfig, 4, false), 'one')];
    const controller = new AbortController();
    const progress = ({ done }: { done: number }): void => {
      if (done === 3) controller.abort(new Error('stop'));
    };
    const request = { model: tiny, adapters, encoding: 'f16', folder } as const;
    await expect(
      service.mergeIntoModel(request, { signal: controller.signal, progress }),
    ).rejects.toThrow('stop');
    expect(await readdir(folder)).toEqual([]);
  });
});
