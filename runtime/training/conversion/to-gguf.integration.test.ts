import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBaseModel } from '../architectures/base-model.ts';
import { architectureOf } from '../architectures/description.ts';
import type { ModelConfig } from '../architectures/model-config.ts';
import type { WrittenEncoding } from '../formats/encode.ts';
import { fixture, goldenShape, readGolden, readTensors } from '../testing/golden.ts';
import {
  answersOf,
  disagreement,
  LlamaCpp,
  ours,
  widened,
  type Answers,
} from '../testing/llama-cpp.ts';
import { writeByteTokenizer, writeTestCheckpoint } from '../testing/test-checkpoint.ts';
import { randomWeights } from '../testing/test-model.ts';
import { planGguf } from './to-gguf.ts';

let folder = '';
let vulkan: LlamaCpp | undefined;
let llama: LlamaCpp;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'graft-to-gguf-'));
  vulkan = await LlamaCpp.onVulkan();
  llama = await LlamaCpp.onCpu();
});
afterAll(async () => {
  await vulkan?.[Symbol.asyncDispose]();
  await llama[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function converted(from: string, encoding: WrittenEncoding): Promise<string> {
  const plan = await planGguf(from, { encoding, name: 'tiny' });
  const file = `${from}-${encoding}.gguf`;
  await plan.write(file, { signal: new AbortController().signal, progress: () => undefined });
  return file;
}

/** transformers' own answers to a checkpoint that it saved. */
describe.each(['llama', 'llama-biased', 'qwen2', 'qwen3'])('a checkpoint of %s', (family) => {
  it('answers in llama.cpp as in transformers', async () => {
    const own = path.join(folder, family);
    await cp(fixture(family), own, { recursive: true });
    await writeByteTokenizer(own, 64);
    const logits = (await readTensors(fixture(family, 'golden.safetensors'))).get('base logits');
    const count = goldenShape.length;
    const tokens = (await readGolden(family)).batches[0]?.tokens.slice(0, count) ?? [];
    const theirs = answersOf(logits ?? new Float32Array(), { vocabulary: 64, count });
    const answers = await llama.answers(await converted(own, 'f32'), tokens);
    expect(disagreement(theirs, answers)).toBeLessThan(1e-3);
  });
});

const rope = { base: 1_000_000, scaling: { kind: 'linear', factor: 8 } } as const;
/** Its sixth layer sees everything; its window is shorter than the text. */
const gemma: ModelConfig = {
  architecture: architectureOf('gguf', 'gemma3', 'test'),
  ...{ vocabulary: 320, width: 64, hiddenWidth: 96, layers: 6, heads: 4, kvHeads: 2 },
  ...{ headWidth: 16, context: 64, normEpsilon: 1e-6, biases: [], tiedHead: true },
  ...{ rope, localRope: { base: 10_000, scaling: { kind: 'none' } }, slidingWindow: 4 },
  ...{ sliding: [true, true, true, true, true, false], attentionScale: 0.25 },
  ...{ attentionSoftCap: undefined, logitSoftCap: undefined },
};

it('a checkpoint of Gemma 3 answers in llama.cpp as in our own program', async () => {
  const own = path.join(folder, 'gemma3');
  await writeTestCheckpoint(own, gemma, randomWeights(gemma, 5));
  const tokens = [1, 300, 17, 42, 310, 99, 268, 3, 200, 305];
  const file = await converted(own, 'f32');
  const answers = await (vulkan === undefined
    ? llama.answers(file, tokens)
    : vulkan.answers(file, tokens, { batch: 1 }));
  const tolerance = vulkan === undefined ? 5e-3 : 1e-3;
  expect(disagreement(await ours(await openBaseModel(own), tokens), answers)).toBeLessThan(
    tolerance,
  );
});

describe.each([
  ['f16', 0.01],
  ['q8_0', 1e-3],
] as const)('%s', (encoding, tolerance) => {
  it('answers in llama.cpp as in our own program', async () => {
    const own = path.join(folder, `llama-${encoding}`);
    const config: ModelConfig = {
      ...gemma,
      architecture: architectureOf('gguf', 'llama', 'test'),
      ...{ layers: 2, slidingWindow: undefined, sliding: [false, false], localRope: rope },
    };
    await writeTestCheckpoint(own, config, randomWeights(config, 5));
    const file = await converted(own, encoding);
    const reference = encoding === 'q8_0' ? await widened(file) : file;
    const tokens = [1, 300, 17, 42, 310, 99, 268, 3, 200, 305];
    const theirs: Answers = await llama.answers(reference, tokens);
    expect(disagreement(await ours(await openBaseModel(file), tokens), theirs)).toBeLessThan(
      tolerance,
    );
  });
});
