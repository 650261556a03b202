import path from 'node:path';
import { adapterGguf, type WeightedAdapter } from '@graft/graph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deltaOf } from '../adapters/adapter.ts';
import { readPeftAdapter } from '../adapters/peft.ts';
import { randomAdapter } from '../testing/test-model.ts';
import type { AdapterService } from './adapter-service.ts';
import { difference, farthest } from '../testing/difference.ts';
import { signal, stopped, tiny, tinyConfig, TinyModel } from '../testing/tiny-model.ts';

let made: TinyModel;
let service: AdapterService;
beforeAll(async () => {
  made = await TinyModel.open();
  service = made.service;
});
afterAll(() => made[Symbol.asyncDispose]());

describe('merging adapters', () => {
  const request = { rank: 0, density: 1, sign: 'total', seed: 0 } as const;
  let first: WeightedAdapter;
  let second: WeightedAdapter;
  beforeAll(async () => {
    first = await made.imported(randomAdapter(tinyConfig, 4, false), 'first');
    second = {
      ...(await made.imported(randomAdapter(tinyConfig, 4, true), 'second')),
      weight: -0.5,
    };
  });

  it('writes a folder with both files, of the same base', async () => {
    const folder = await made.folder();
    const adapters = [first, second];
    const info = await service.mergeAdapters(
      { ...request, adapters, method: 'cat', folder },
      signal,
    );
    expect(info).toMatchObject({
      ...{ id: 'cat of first + second', method: 'lora', rank: 8, base: first.info.base },
    });
    const merged = await readPeftAdapter(folder);
    const parts = await Promise.all([first, second].map((one) => readPeftAdapter(one.path)));
    const [one, other] = parts;
    const [name, module] = [...merged.modules][0] ?? [];
    if (one === undefined || other === undefined || module === undefined || name === undefined) {
      throw new Error('no module');
    }
    const [left, right] = [one.modules.get(name), other.modules.get(name)];
    if (left === undefined || right === undefined) throw new Error('no module');
    const [a, b] = [deltaOf(one, left), deltaOf(other, right)];
    const expected = a.map((x, i) => x - 0.5 * (b[i] ?? NaN));
    expect(farthest(deltaOf(merged, module), expected)).toBeLessThan(1e-5);
    const again = await made.folder();
    const gguf = path.join(folder, adapterGguf);
    await service.importAdapter({ path: gguf, model: tiny, folder: again }, signal);
    expect(difference(await readPeftAdapter(again), merged)).toBeLessThan(1e-5);
  });

  it('cuts to the rank that is asked for', async () => {
    const adapters = [first, second];
    const asked = {
      ...request,
      adapters,
      method: 'svd',
      rank: 3,
      folder: await made.folder(),
    } as const;
    const info = await service.mergeAdapters(asked, signal);
    expect(info.rank).toBe(3);
    for (const { spectrum } of info.modules) expect(spectrum).toHaveLength(3);
  });

  it('refuses different ranks for linear, a rank no map can have, and other bases', async () => {
    const wide = await made.imported(randomAdapter(tinyConfig, 30, false), 'wide');
    const merge = (method: 'linear' | 'cat', adapters: WeightedAdapter[], stop = signal) =>
      made
        .folder()
        .then((folder) => service.mergeAdapters({ ...request, adapters, method, folder }, stop));
    await expect(merge('linear', [first, wide])).rejects.toThrow(
      /linear needs a module to have one rank in all adapters \(.*: "first" has 4, "wide" has 30\); choose cat/,
    );
    await expect(merge('cat', [first, wide])).rejects.toThrow(/k_proj has rank 34, .* 1 to 32/);
    const foreign = { ...first.info.base, id: 'other', digest: 'b' };
    const stranger = { ...second, info: { ...second.info, base: foreign } };
    await expect(merge('cat', [first, stranger])).rejects.toMatchObject({
      code: 'facet-mismatch',
      message: expect.stringMatching(/^first was trained on tiny, but second on other/),
    });
    await expect(merge('cat', [])).rejects.toMatchObject({ code: 'missing-input' });
    await expect(merge('cat', [first, second], stopped)).rejects.toThrow('stop');
  });
});

describe('comparing adapters', () => {
  it('gives norms and the cosine of what they add', async () => {
    const [one, other] = [
      await made.imported(randomAdapter(tinyConfig, 4, false), 'one'),
      { ...(await made.imported(randomAdapter(tinyConfig, 3, true), 'other')), weight: -2 },
    ];
    const rows = await service.compareAdapters(one, other, signal);
    expect(rows).toHaveLength(15);
    const [left, right] = [await readPeftAdapter(one.path), await readPeftAdapter(other.path)];
    for (const { series, label = '', values } of rows.slice(0, -1)) {
      expect(series).toBe('modules');
      const [a, b] = [left.modules.get(label), right.modules.get(label)];
      if (a === undefined || b === undefined) throw new Error(`no ${label}`);
      const [x, y] = [deltaOf(left, a), deltaOf(right, b).map((value) => -2 * value)];
      const product = x.reduce((sum, value, i) => sum + value * (y[i] ?? NaN), 0);
      expect(values['norm']).toBeCloseTo(Math.hypot(...x), 4);
      expect(values['otherNorm']).toBeCloseTo(Math.hypot(...y), 4);
      expect(values['cosine']).toBeCloseTo(product / (Math.hypot(...x) * Math.hypot(...y)), 5);
    }
  });

  it('finds an adapter equal to itself and opposite to its negative', async () => {
    const one = await made.imported(randomAdapter(tinyConfig, 4, false), 'one');
    const same = await service.compareAdapters(one, one, signal);
    for (const { values } of same) expect(values['cosine']).toBeCloseTo(1, 6);
    const opposite = await service.compareAdapters(one, { ...one, weight: -1 }, signal);
    for (const { values } of opposite) expect(values['cosine']).toBeCloseTo(-1, 6);
  });

  it('takes a module that one lacks as adding nothing', async () => {
    const whole = randomAdapter(tinyConfig, 4, false);
    const part = { ...whole, modules: new Map([...whole.modules].slice(0, 3)) };
    const rows = await service.compareAdapters(
      await made.imported(whole, 'whole'),
      await made.imported(part, 'part'),
      signal,
    );
    const lacking = rows.filter(({ values }) => values['otherNorm'] === 0);
    expect(lacking).toHaveLength(11);
    for (const { values } of lacking) expect(values).not.toHaveProperty('cosine');
  });
});
