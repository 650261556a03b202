import { adapterGguf } from '@graft/graph';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBaseModel, type BaseModel } from '../architectures/base-model.ts';
import { factorNames, magnitudeName } from '../architectures/lora-spec.ts';
import { buildEvaluationProgram } from '../architectures/training-program.ts';
import { readSafetensors } from '../formats/safetensors.ts';
import { difference } from '../testing/measure.ts';
import { fixture } from '../testing/golden.ts';
import { randomAdapter, randomWeights, writeTestModel } from '../testing/test-model.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { Random } from '../optimizer/random.ts';
import { adapterBase, writeAdapterFolder } from './adapter-folder.ts';
import type { Adapter } from './adapter.ts';
import { writeGgufAdapter } from './gguf-adapter.ts';
import { mergeAdapters } from './merge-adapters.ts';
import { mergeIntoGguf } from './merge-into-gguf.ts';
import { readPeftAdapter, writePeftAdapter } from './peft.ts';

const { signal } = new AbortController();
const tokens = Int32Array.of(1, 30, 17, 42, 31, 9, 26, 3);
const rank = 4;

let folder = '';
let base: BaseModel;
let adapter: Adapter;
const file = (name: string): string => path.join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'graft-dora-'));
  const { config } = await openBaseModel(fixture('llama'));
  const rope = { base: 500, scaling: { kind: 'none' } } as const;
  const sizes = { ...config, rope, localRope: rope, tiedHead: true };
  await writeTestModel(file('base.gguf'), sizes, {
    weights: randomWeights(sizes, 5),
    encoding: 'f32',
  });
  // A GGUF file of the llama architecture: rows of q and k are interleaved there.
  base = await openBaseModel(file('base.gguf'));
  const plain = randomAdapter(sizes, rank, false);
  const random = new Random(3);
  const modules = [...plain.modules].map(([name, module]) => {
    const magnitude = Float32Array.from({ length: module.outputs }, () => random.uniform(0.1, 1));
    return [name, { ...module, magnitude }] as const;
  });
  adapter = { ...plain, modules: new Map(modules) };
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

async function logits(model: BaseModel, added?: Adapter): Promise<Float32Array> {
  const shape = { batch: 1, length: tokens.length };
  const lora = {
    rank,
    alpha: 2 * rank,
    rankStabilized: false,
    targets: ['all-linear'],
    dora: true,
  };
  const options = added === undefined ? shape : { ...shape, lora };
  const program = buildEvaluationProgram(model, options);
  const executor = await onnxExecutor({ device: 'cpu', threads: 1 });
  await using executable = await executor.compile(program, model.weights);
  const factors = [...(added?.modules ?? [])].flatMap(([name, module]) => {
    const [nameA, nameB] = factorNames(name);
    const { a, b, magnitude = new Float32Array() } = module;
    return [[nameA, a] as const, [nameB, b] as const, [magnitudeName(name), magnitude] as const];
  });
  const results = await executable.run({
    tokens,
    positions: tokens.map((_, i) => i),
    segments: new Int32Array(tokens.length),
    labels: new Int32Array(tokens.length),
    weights: new Float32Array(tokens.length),
    ...Object.fromEntries(factors),
  });
  return results['logits'] ?? new Float32Array();
}

describe('a DoRA adapter', () => {
  it('merged into its base answers as it does beside it', async () => {
    const target = { file: file('merged.gguf'), encoding: 'f32' } as const;
    await mergeIntoGguf(file('base.gguf'), [{ name: 'a', adapter, weight: 1 }], target);
    const beside = await logits(base, adapter);
    expect(difference(await logits(await openBaseModel(target.file)), beside)).toBeLessThan(1e-4);
    expect(difference(await logits(base), beside)).toBeGreaterThan(0.1);
  });

  it('is added in shares of what it changes', async () => {
    const target = { file: file('halves.gguf'), encoding: 'f32' } as const;
    const half = { name: 'a', adapter, weight: 0.5 };
    await mergeIntoGguf(file('base.gguf'), [half, half], target);
    const merged = await logits(await openBaseModel(target.file));
    expect(difference(merged, await logits(base, adapter))).toBeLessThan(1e-4);
  });

  it('survives a PEFT folder, which has no file for llama.cpp', async () => {
    const target = file('folder');
    const model = adapterBase({ id: 'base', digest: 'd' }, base.config);
    const info = await writeAdapterFolder(adapter, model, { folder: target, id: 'mine', signal });
    expect(info.method).toBe('dora');
    expect(existsSync(path.join(target, adapterGguf))).toBe(false);
    const read = await readPeftAdapter(target);
    expect(new Map([...read.modules].sort())).toEqual(new Map([...adapter.modules].sort()));
  });

  it('is read as PEFT wrote it, and written as PEFT names it', async () => {
    const source = fixture('llama-dora', 'adapter');
    await writePeftAdapter(file('peft'), await readPeftAdapter(source));
    const config: unknown = JSON.parse(await readFile(file('peft/adapter_config.json'), 'utf8'));
    expect(config).toMatchObject({ use_dora: true });
    const name = 'adapter_model.safetensors';
    const header = async (at: string): Promise<string[]> => {
      return [...(await readSafetensors(path.join(at, name))).tensors.keys()].sort();
    };
    expect(await header(file('peft'))).toEqual(await header(source));
  });
});

describe('a DoRA adapter is refused, saying what to do instead,', () => {
  it('as a GGUF adapter', async () => {
    await expect(writeGgufAdapter(file('no.gguf'), adapter, base.config)).rejects.toThrow(
      /cannot hold DoRA's magnitudes.*merge the adapter into its base/,
    );
  });

  it('by every method that merges adapters', async () => {
    const inputs = [{ name: 'mine', adapter, weight: 1 }];
    await expect(mergeAdapters(inputs, { method: 'cat' }, signal)).rejects.toThrow(
      /"mine" is a DoRA adapter.*into its base model/,
    );
  });

  it('without its magnitudes, or with magnitudes and no word of DoRA', async () => {
    const altered = async (name: string, from: string, dora: boolean): Promise<string> => {
      await cp(fixture(from, 'adapter'), file(name), { recursive: true });
      const config = path.join(file(name), 'adapter_config.json');
      const text = await readFile(config, 'utf8');
      await writeFile(config, text.replace(/"use_dora": \w+/, `"use_dora": ${dora}`));
      return file(name);
    };
    await expect(readPeftAdapter(await altered('lacking', 'llama', true))).rejects.toThrow(
      /uses DoRA, but model\.layers\.\d\..* has no magnitudes/,
    );
    await expect(readPeftAdapter(await altered('silent', 'llama-dora', false))).rejects.toThrow(
      /lora_magnitude_vector" is no factor/,
    );
  });
});
