import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBaseModel, type BaseModel } from '../architectures/base-model.ts';
import { permuteRows } from '../architectures/paired-rows.ts';
import { families, fixture } from '../testing/golden.ts';
import { deltaOf, scaleOf, type Adapter } from './adapter.ts';
import { readGgufAdapter, writeGgufAdapter } from './gguf-adapter.ts';
import { readPeftAdapter, writePeftAdapter } from './peft.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'graft-adapters-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

/** ΔW of every module, which is all that an adapter is. */
function deltas(adapter: Adapter): Map<string, number[]> {
  return new Map(
    [...adapter.modules]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, module]) => [name, [...deltaOf(adapter, module)]]),
  );
}
function expectClose(left: Adapter, right: Adapter): void {
  const [a, b] = [deltas(left), deltas(right)];
  expect([...a.keys()]).toEqual([...b.keys()]);
  for (const [name, values] of a) {
    values.forEach((x, i) => expect(x).toBeCloseTo(b.get(name)?.[i] ?? NaN, 5));
  }
}

describe.each(families)('an adapter of %s', (family) => {
  let base: BaseModel;
  let adapter: Adapter;
  beforeAll(async () => {
    base = await openBaseModel(fixture(family));
    adapter = await readPeftAdapter(fixture(family, 'adapter'));
  });

  it('is read with its scale', () => {
    expect(adapter.modules.size).toBe(14);
    for (const module of adapter.modules.values()) expect(scaleOf(adapter, module)).toBe(2);
  });

  it('survives a PEFT folder and a GGUF file', async () => {
    const peft = path.join(folder, `${family}-peft`);
    await writePeftAdapter(peft, adapter);
    expectClose(await readPeftAdapter(peft), adapter);
    const gguf = path.join(folder, `${family}.gguf`);
    await writeGgufAdapter(gguf, adapter, base.config);
    expectClose(await readGgufAdapter(gguf, base.config), adapter);
  });

  it('keeps rsLoRA scales, and ranks and alphas of single modules', async () => {
    const modules = new Map(adapter.modules);
    const [name, module] = [...modules][3] ?? [];
    if (name === undefined || module === undefined) throw new Error('no module');
    const inputs = module.inputs;
    modules.set(name, {
      ...module,
      rank: 2,
      alpha: 3,
      a: module.a.slice(0, 2 * inputs),
      b: module.b.slice(0, 2 * module.outputs),
    });
    const uneven: Adapter = { rankStabilized: true, base: 'some/base', modules };
    const peft = path.join(folder, `${family}-uneven`);
    await writePeftAdapter(peft, uneven);
    const read = await readPeftAdapter(peft);
    expectClose(read, uneven);
    expect(read.base).toBe('some/base');
    const gguf = path.join(folder, `${family}-uneven.gguf`);
    await writeGgufAdapter(gguf, uneven, base.config);
    expectClose(await readGgufAdapter(gguf, base.config), uneven);
  });
});

describe('row order of q and k', () => {
  it('is what the llama.cpp converter makes of it, and its inverse', () => {
    // reshape(heads, 2, head/2, columns).swapaxes(1, 2) of two heads of four rows, one column.
    const published = Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7);
    const paired = permuteRows(published, { heads: 2, rows: 8 }, 'toPairs');
    expect([...paired]).toEqual([0, 2, 1, 3, 4, 6, 5, 7]);
    expect(permuteRows(paired, { heads: 2, rows: 8 }, 'fromPairs')).toEqual(published);
  });
});

describe('adapters that cannot be used', () => {
  const altered = async (name: string, change: Record<string, unknown>): Promise<string> => {
    const target = path.join(folder, name);
    await writePeftAdapter(target, await readPeftAdapter(fixture('llama', 'adapter')));
    const file = path.join(target, 'adapter_config.json');
    const config: unknown = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify(Object.assign({}, config, change)));
    return target;
  };

  it.each([
    ['type', { peft_type: 'IA3' }, /type IA3/],
    ['bias', { bias: 'all' }, /biases/],
    ['no rank', { r: 'x' }, /cannot be read as the configuration/],
  ])('are refused by name: %s', async (name, change, message) => {
    await expect(readPeftAdapter(await altered(name, change))).rejects.toThrow(message);
  });

  it('are refused for a base of another architecture, and for being no adapter', async () => {
    const [llama, qwen] = [
      await openBaseModel(fixture('llama')),
      await openBaseModel(fixture('qwen2')),
    ];
    const file = path.join(folder, 'wrong.gguf');
    await writeGgufAdapter(file, await readPeftAdapter(fixture('llama', 'adapter')), llama.config);
    await expect(readGgufAdapter(file, qwen.config)).rejects.toThrow(
      /adapter for llama, but the base is qwen2/,
    );
    await expect(readGgufAdapter(fixture('quantised.gguf'), llama.config)).rejects.toThrow(
      /no LoRA adapter/,
    );
  });
});
