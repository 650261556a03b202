import path from 'node:path';
import { modelSchema } from '@graft/graph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBaseModel } from '../architectures/base-model.ts';
import { weightShapes } from '../architectures/weight-shapes.ts';
import { readGguf } from '../formats/gguf-reader.ts';
import { loadWeight } from '../formats/load-weight.ts';
import { sourceOf } from '../formats/tensor-file.ts';
import type { AdapterService } from './adapter-service.ts';
import { signal, stopped, tiny, TinyModel } from '../testing/tiny-model.ts';

let made: TinyModel;
let service: AdapterService;
beforeAll(async () => {
  made = await TinyModel.open();
  service = made.service;
});
afterAll(() => made[Symbol.asyncDispose]());

describe('a random model', () => {
  const sizes = { layers: 3, width: 48, heads: 6, kvHeads: 3, feedForward: 80 };
  const make = async (change: Partial<typeof sizes & { seed: number }> = {}, stop = signal) => {
    const folder = await made.folder();
    const request = { like: tiny, ...sizes, seed: 7, ...change, folder };
    return { folder, info: await service.randomModel(request, stop) };
  };

  it('has the sizes that were asked for and the tokenizer of the other', async () => {
    const { folder, info } = await make();
    expect(modelSchema.parse(info)).toMatchObject({
      ...{ id: 'random-llama-3x48', weights: 'model.gguf', architecture: 'llama' },
      contextLength: 64,
    });
    const file = path.join(folder, 'model.gguf');
    const opened = await openBaseModel(file);
    expect(opened.config).toMatchObject({
      ...{ vocabulary: 320, layers: 3, width: 48, heads: 6, kvHeads: 3, headWidth: 8 },
      ...{ hiddenWidth: 80, tiedHead: true },
    });
    for (const [name, shape] of weightShapes(opened.config)) {
      const entry = opened.entry(name);
      expect(entry?.shape, name).toEqual([...shape]);
      if (entry === undefined) continue;
      const data = await loadWeight(sourceOf(entry), entry.shape);
      if (shape.length === 1) expect(data.every((x) => x === 1)).toBe(true);
      else {
        const square = data.reduce((sum, x) => sum + x * x, 0) / data.length;
        expect(Math.sqrt(square)).toBeCloseTo(0.02, 2);
        expect(Math.sqrt(square)).toBeGreaterThan(0.018);
      }
    }
    const [own, other] = [await readGguf(file), await readGguf(made.file)];
    const tokenizer = (metadata: ReadonlyMap<string, unknown>) =>
      [...metadata].filter(([key]) => key.startsWith('tokenizer.'));
    expect(tokenizer(own.metadata)).toEqual(tokenizer(other.metadata));
  });

  it('is the same for the same seed, another for another', async () => {
    const [one, same, other] = [await make(), await make(), await make({ seed: 8 })];
    expect(one.info).toEqual(same.info);
    expect(one.info.digest).not.toBe(other.info.digest);
  });

  it.each([
    [{ heads: 5 }, 'heads', /48 cannot be split over 5 heads/],
    [{ heads: 16, kvHeads: 16 }, 'heads', /even, whole number/],
    [{ kvHeads: 4 }, 'kvHeads', /4 key heads cannot be shared by 6 heads/],
  ])('refuses %j', async (change, param, message) => {
    await expect(make(change)).rejects.toMatchObject({
      ...{ code: 'bad-param', location: { param }, message: expect.stringMatching(message) },
    });
  });

  it('stops when it is told to', async () => {
    await expect(make({}, stopped)).rejects.toThrow('stop');
  });
});
