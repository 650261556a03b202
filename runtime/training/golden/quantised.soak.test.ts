import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Adapter, AdapterModule } from '../adapters/adapter.ts';
import { writeGgufAdapter } from '../adapters/gguf-adapter.ts';
import { mergeIntoGguf } from '../adapters/merge-into-gguf.ts';
import { openBaseModel, type BaseModel } from '../architectures/base-model.ts';
import { factorNames, targetModules, type LoraSpec } from '../architectures/lora-spec.ts';
import { buildTrainingProgram, gradientName } from '../architectures/training-program.ts';
import { lora as loopLora } from '../testing/loop-fixture.ts';
import { initialParameters } from '../loop/initial-parameters.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { AdamW } from '../optimizer/adamw.ts';
import { disagreement, LlamaCpp, ours, widened, type Answers } from '../testing/llama-cpp.ts';

const text = 'The harbour froze for the first time in forty years. Fishermen walked out across the';
const lora: LoraSpec = { rank: 8, alpha: 16, rankStabilized: false, targets: ['all-linear'] };
/** Of log-probabilities: the project's for quantised bases. */
const tolerance = 0.03;

let folder = '';
let cpu: LlamaCpp;
let vulkan: LlamaCpp | undefined;
let base: BaseModel;
let tokens: number[];
let adapter: Adapter;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'graft-quantised-'));
  const program = fileURLToPath(
    new URL('../../backends/testing/fetch-language-model.ts', import.meta.url),
  );
  const fetched = await promisify(execFile)(process.execPath, ['--import', 'tsx', program]);
  await symlink(fetched.stdout, file('base'));
  vulkan = await LlamaCpp.onVulkan();
  cpu = await LlamaCpp.onCpu();
  base = await openBaseModel(file('base'));
  tokens = await cpu.tokens(file('base'), text);
  adapter = await train();
  await writeGgufAdapter(file('adapter'), adapter, base.config);
});
afterAll(async () => {
  await vulkan?.[Symbol.asyncDispose]();
  await cpu[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const file = (name: string): string => path.join(folder, `${name}.gguf`);

/** A few steps on the text, so that B is not zero. */
async function train(): Promise<Adapter> {
  const options = { batch: 1, length: tokens.length, lora };
  const { program, trainable } = buildTrainingProgram(base, options);
  const request = { method: loopLora, seed: 1 };
  const parameters = await initialParameters(base, trainable, request);
  const optimizer = new AdamW(parameters);
  const executor = await onnxExecutor({ device: 'cpu', threads: 2 });
  await using executable = await executor.compile(program, base.weights);
  for (let step = 0; step < 4; step++) {
    const results = await executable.run({
      tokens: Int32Array.from(tokens),
      positions: Int32Array.from(tokens.keys()),
      segments: new Int32Array(tokens.length),
      labels: Int32Array.from([...tokens.slice(1), 0]),
      weights: Float32Array.from(tokens, (_, i) => (i + 1 < tokens.length ? 0.05 : 0)),
      ...Object.fromEntries(parameters),
    });
    const gradients = [...parameters.keys()].map(
      (name) => [name, results[gradientName(name)] ?? new Float32Array()] as const,
    );
    optimizer.update(new Map(gradients), 3e-4);
  }
  const { rank, alpha, rankStabilized } = lora;
  const modules = targetModules(base.config, lora).map(({ path: name, inputs, outputs }) => {
    const [a, b] = factorNames(name).map((one) => parameters.get(one));
    if (a === undefined || b === undefined) throw new Error(`no ${name}`);
    return [name, { inputs, outputs, rank, alpha, a, b }] satisfies [string, AdapterModule];
  });
  return { rankStabilized, base: undefined, modules: new Map(modules) };
}

/** llama.cpp's answers on the very file where it can compute in floats, else on the file's weights widened. */
async function theirs(name: string, added?: { readonly lora: string }): Promise<Answers> {
  if (vulkan !== undefined) return vulkan.answers(file(name), tokens, added);
  return cpu.answers(await widened(file(name)), tokens, added);
}

describe('SmolLM2 in 4-bit blocks', () => {
  it('answers as in llama.cpp on the same weights in floats', async () => {
    const reference = await cpu.answers(await widened(file('base')), tokens);
    const difference = disagreement(await ours(base, tokens), reference);
    expect(difference).toBeLessThan(2e-3);
  });

  it('answers as in llama.cpp, also with a trained adapter', async () => {
    const [bare, adapted] = [await ours(base, tokens), await ours(base, tokens, { adapter, lora })];
    const differences = [
      disagreement(bare, await theirs('base')),
      disagreement(adapted, await theirs('base', { lora: file('adapter') })),
    ];
    for (const difference of differences) expect(difference).toBeLessThan(tolerance);
    expect(disagreement(adapted, bare)).toBeGreaterThan(1);
  });

  // Rounding the weights anew is what these differ by: without an adapter as much (0.02 and 0.4).
  it.each([
    ['f16', 0.05],
    ['q8_0', 0.6],
  ] as const)('answers as in llama.cpp, merged with it into %s', async (encoding, rounding) => {
    const target = { file: file(encoding), encoding };
    await mergeIntoGguf(file('base'), [{ name: 'trained', adapter, weight: 1 }], target);
    const merged = await ours(await openBaseModel(target.file), tokens);
    const difference = disagreement(merged, await theirs(encoding));
    const beside = disagreement(merged, await ours(base, tokens, { adapter, lora }));
    expect(difference).toBeLessThan(tolerance);
    expect(beside).toBeLessThan(rounding);
  });
});
