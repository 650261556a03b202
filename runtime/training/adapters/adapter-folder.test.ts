import { adapterGguf, adapterInfoSchema } from '@graft/graph';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBaseModel } from '../architectures/base-model.ts';
import { parameterCount, weightShapes } from '../architectures/weight-shapes.ts';
import { readSafetensors } from '../formats/safetensors.ts';
import { families, fixture } from '../testing/golden.ts';
import { deltaOf, type Adapter, type AdapterModule } from './adapter.ts';
import { adapterBase, recordedBase, writeAdapterFolder } from './adapter-folder.ts';
import { readGgufAdapter } from './gguf-adapter.ts';
import { readPeftAdapter } from './peft.ts';
import { farthest } from '../testing/difference.ts';
import { normOf, spectrumOf } from './spectrum.ts';

const { signal } = new AbortController();

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'graft-adapter-folder-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

describe.each(families)('a base of %s', (family) => {
  it('has the weights that its file holds', async () => {
    const { config } = await openBaseModel(fixture(family));
    const { tensors } = await readSafetensors(fixture(family, 'model.safetensors'));
    const stored = [...tensors.values()].map(({ name, shape }) => [name, [...shape]] as const);
    expect(Object.fromEntries(weightShapes(config))).toEqual(Object.fromEntries(stored));
    const numbers = stored.map(([, shape]) => shape.reduce((product, axis) => product * axis, 1));
    expect(parameterCount(config)).toBe(numbers.reduce((sum, one) => sum + one, 0));
  });

  it('gives its adapter a folder that PEFT, llama.cpp and Graft read', async () => {
    const adapter = await readPeftAdapter(fixture(family, 'adapter'));
    const model = await openBaseModel(fixture(family));
    const target = path.join(folder, family);
    const info = await writeAdapterFolder(
      adapter,
      adapterBase({ id: 'base', digest: 'd'.repeat(64) }, model.config),
      { folder: target, id: 'mine', signal },
    );
    expect(adapterInfoSchema.parse(info)).toEqual(info);
    expect(info).toMatchObject({
      id: 'mine',
      base: {
        id: 'base',
        digest: 'd'.repeat(64),
        architecture: model.config.architecture.gguf,
        heads: model.config.heads,
      },
      method: 'lora',
    });
    const recorded = recordedBase(info, target);
    expect(recorded).toMatchObject({ parameters: parameterCount(model.config), id: 'base' });
    expect(recorded.config.architecture).toBe(model.config.architecture);
    expect(info.modules.map((module) => module.path).toSorted()).toEqual(
      [...adapter.modules.keys()].toSorted(),
    );
    expect(info.modules[0]).toMatchObject({ layer: 0, kind: 'q_proj' });
    expect(info.modules.at(-1)).toMatchObject({ layer: 1, kind: 'down_proj' });
    const peft = await readPeftAdapter(target);
    expect(peft.base).toBe('base');
    const gguf = await readGgufAdapter(path.join(target, adapterGguf), model.config);
    for (const { path: name, norm } of info.modules) {
      const module = adapter.modules.get(name);
      if (module === undefined) throw new Error(`no ${name}`);
      const delta = deltaOf(adapter, module);
      expect(norm).toBeCloseTo(Math.hypot(...delta), 5);
      for (const read of [peft, gguf]) {
        const again = read.modules.get(name);
        if (again === undefined) throw new Error(`no ${name}`);
        expect(farthest(deltaOf(read, again), delta)).toBeLessThan(1e-6);
      }
    }
  });
});

describe('singular values', () => {
  const moduleOf = (rank: number, inputs: number, outputs: number): AdapterModule => ({
    ...{ inputs, outputs, rank, alpha: 3 },
    a: Float32Array.from({ length: rank * inputs }, (_, i) => Math.sin(i * i + 1)),
    b: Float32Array.from({ length: outputs * rank }, (_, i) => Math.cos(3 * i * i)),
  });
  const exact = (adapter: Adapter, module: AdapterModule): number[] =>
    new SingularValueDecomposition(
      Matrix.from1DArray(module.outputs, module.inputs, deltaOf(adapter, module)),
      { autoTranspose: true },
    ).diagonal;

  it.each([
    ['a thin product', [4, 24, 17]],
    ['one of rank 1', [1, 9, 12]],
    ['factors wider than the map, as merging by cat makes them', [20, 8, 6]],
  ] as const)('are those of the full matrix: %s', (_what, [rank, inputs, outputs]) => {
    const module = moduleOf(rank, inputs, outputs);
    const adapter = { rankStabilized: true, base: undefined, modules: new Map() };
    const spectrum = spectrumOf(adapter, module);
    const expected = exact(adapter, module).slice(0, Math.min(rank, inputs, outputs));
    expect(spectrum).toHaveLength(expected.length);
    spectrum.forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 4));
    expect(normOf(spectrum)).toBeCloseTo(Math.hypot(...deltaOf(adapter, module)), 4);
  });

  it('are zeros where B is still zero', () => {
    const module = { ...moduleOf(3, 8, 8), b: new Float32Array(24) };
    const adapter = { rankStabilized: false, base: undefined, modules: new Map() };
    expect(spectrumOf(adapter, module)).toEqual([0, 0, 0]);
  });
});

it('stops between modules when it is told to', async () => {
  const adapter = await readPeftAdapter(fixture('llama', 'adapter'));
  const model = await openBaseModel(fixture('llama'));
  const cancelled = AbortSignal.abort(new Error('stop'));
  const target = { folder: path.join(folder, 'never'), id: 'mine', signal: cancelled };
  const base = adapterBase({ id: 'base', digest: '' }, model.config);
  await expect(writeAdapterFolder(adapter, base, target)).rejects.toThrow('stop');
});
