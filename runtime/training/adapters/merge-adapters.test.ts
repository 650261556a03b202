import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { mergeMethods } from '@graft/graph';
import { fixture, readTensors } from '../testing/golden.ts';
import { deltaOf, type Adapter, type AdapterModule } from './adapter.ts';
import { mergeAdapters } from './merge-adapters.ts';

const goldenSchema = z.object({
  cases: z.array(
    z.object({
      name: z.string(),
      method: z.enum(mergeMethods),
      sign: z.enum(['total', 'frequency']),
      adapters: z.array(z.string()),
      weights: z.array(z.number()),
      density: z.number().nullable(),
      seed: z.number(),
    }),
  ),
  adapters: z.record(z.string(), z.object({ rank: z.number(), alpha: z.number() })),
});

const sizes: Readonly<Record<string, readonly [inputs: number, outputs: number]>> = {
  k_proj: [16, 8],
  down_proj: [24, 16],
};

function adapterOf(
  tensors: ReadonlyMap<string, Float32Array>,
  name: string,
  { rank, alpha }: { rank: number; alpha: number },
): Adapter {
  const modules = new Map<string, AdapterModule>();
  for (const [key, b] of tensors) {
    const path = key.startsWith(`${name}:`) ? /:(.+)\.lora_B\.weight$/.exec(key)?.[1] : undefined;
    if (path === undefined) continue;
    const a = tensors.get(`${name}:${path}.lora_A.weight`) ?? new Float32Array();
    const [inputs = 0, outputs = 0] = sizes[path.split('.').at(-1) ?? ''] ?? [];
    modules.set(path, { inputs, outputs, rank, alpha, a, b });
  }
  return { rankStabilized: false, base: undefined, modules };
}

const { signal } = new AbortController();

function difference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, x, i) => Math.max(most, Math.abs(x - (b[i] ?? NaN))), 0);
}

const golden = goldenSchema.parse(
  JSON.parse(await readFile(fixture('merge', 'golden.json'), 'utf8')),
);

describe('merging as PEFT does', () => {
  let tensors: ReadonlyMap<string, Float32Array>;
  beforeAll(async () => {
    tensors = await readTensors(fixture('merge', 'golden.safetensors'));
  });
  const named = (name: string): Adapter =>
    adapterOf(tensors, name, golden.adapters[name] ?? { rank: 0, alpha: 0 });

  it('has a fixture for every method', () => {
    expect(new Set(golden.cases.map((one) => one.method))).toEqual(new Set(mergeMethods));
  });

  it.each(golden.cases.map((one) => [one.name, one] as const))('%s', async (name, one) => {
    const inputs = one.adapters.map((adapter, i) => ({
      name: adapter,
      adapter: named(adapter),
      weight: one.weights[i] ?? 0,
    }));
    const { method, sign, seed } = one;
    const options = { method, sign, seed, density: one.density ?? 1 };
    const merged = await mergeAdapters(inputs, options, signal);
    expect(merged.modules.size).toBe(2);
    for (const [path, module] of merged.modules) {
      const { rank } = module;
      const theirs = adapterOf(tensors, name, { rank, alpha: rank });
      const expected = theirs.modules.get(path);
      if (expected === undefined) throw new Error(`no ${path}`);
      // Singular vectors are unique up to sign: the product is what counts.
      expect(difference(deltaOf(merged, module), deltaOf(theirs, expected))).toBeLessThan(1e-5);
      if (method === 'svd' || method.endsWith('_svd')) continue;
      expect(difference(module.a, expected.a)).toBeLessThan(1e-5);
      expect(difference(module.b, expected.b)).toBeLessThan(1e-5);
    }
  });

  it('drops other values for another seed, the same for the same', async () => {
    const inputs = ['a', 'b'].map((name) => ({ name, adapter: named(name), weight: 1 }));
    const merged = (seed: number) =>
      mergeAdapters(inputs, { method: 'dare_linear', density: 0.5, seed }, signal);
    const once = await merged(1);
    expect(once).toEqual(await merged(1));
    expect(once).not.toEqual(await merged(2));
  });

  it('refuses different ranks where factors are merged apart, naming the adapters', async () => {
    const inputs = ['a', 'd'].map((name) => ({ name, adapter: named(name), weight: 1 }));
    await expect(mergeAdapters(inputs, { method: 'linear' }, signal)).rejects.toThrow(
      /linear needs a module to have one rank in all adapters \(.*: "a" has 4, "d" has 2\); choose cat/,
    );
    await expect(mergeAdapters([], { method: 'cat' }, signal)).rejects.toThrow(/no adapter/);
    const negative = { method: 'cat', density: -1 } as const;
    await expect(mergeAdapters(inputs, negative, signal)).rejects.toThrow(/density/);
  });

  it('takes adapters whose modules have ranks and alphas of their own', async () => {
    const [whole, other] = [named('a'), named('d')];
    const [[first, one] = [], [second, two] = []] = [[...whole.modules][0], [...other.modules][1]];
    if (one === undefined || two === undefined || !first || !second) throw new Error('no module');
    const mixed: Adapter = {
      ...whole,
      modules: new Map([
        [first, one],
        [second, { ...two, alpha: 7 }],
      ]),
    };
    const alone = [{ name: 'mixed', adapter: mixed, weight: 2 }];
    const twice = [...alone, { name: 'again', adapter: mixed, weight: -0.5 }];
    for (const [inputs, weight] of [
      [alone, 2],
      [twice, 1.5],
    ] as const) {
      for (const method of ['cat', 'linear'] as const) {
        const merged = await mergeAdapters(inputs, { method }, signal);
        if (method === 'linear' && inputs.length > 1) continue;
        for (const [path, module] of mixed.modules) {
          const made = merged.modules.get(path);
          if (made === undefined) throw new Error(`no ${path}`);
          const expected = deltaOf(mixed, module).map((x) => weight * x);
          expect(difference(deltaOf(merged, made), expected)).toBeLessThan(1e-4);
        }
      }
    }
  });

  it('stops between modules when it is told to', async () => {
    const inputs = ['a', 'b'].map((name) => ({ name, adapter: named(name), weight: 1 }));
    const stop = AbortSignal.abort(new Error('stop'));
    await expect(mergeAdapters(inputs, { method: 'cat' }, stop)).rejects.toThrow('stop');
  });

  it('keeps a module that only one adapter has', async () => {
    const whole = named('a');
    const [first] = whole.modules;
    if (first === undefined) throw new Error('no module');
    const part = { ...whole, modules: new Map([first]) };
    const merged = await mergeAdapters(
      [
        { name: 'whole', adapter: whole, weight: 1 },
        { name: 'part', adapter: part, weight: 1 },
      ],
      { method: 'cat' },
      signal,
    );
    for (const [path, module] of merged.modules) {
      const times = path === first[0] ? 2 : 1;
      const own = whole.modules.get(path);
      if (own === undefined) throw new Error('no module');
      const expected = deltaOf(whole, own).map((x) => times * x);
      expect(difference(deltaOf(merged, module), expected)).toBeLessThan(1e-5);
    }
  });
});
