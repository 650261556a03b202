import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBaseModel } from '../architectures/base-model.ts';
import { architectureOf } from '../architectures/description.ts';
import type { ModelConfig } from '../architectures/model-config.ts';
import { encodedBytes, readableTypes } from '../formats/encoding.ts';
import { readGguf } from '../formats/gguf-reader.ts';
import { writeGguf, type GgufTensor } from '../formats/gguf-writer.ts';
import { sizeOf } from '../ir/shape.ts';
import { fixture } from '../testing/golden.ts';
import { disagreement, LlamaCpp, ours } from '../testing/llama-cpp.ts';
import { randomWeights, writeTestModel } from '../testing/test-model.ts';

let llama: LlamaCpp;
beforeAll(async () => {
  llama = await LlamaCpp.onCpu();
});
afterAll(async () => {
  await llama[Symbol.asyncDispose]();
});

const rope = { base: 10_000, scaling: { kind: 'none' } } as const;
const config: ModelConfig = {
  architecture: architectureOf('gguf', 'llama', 'test'),
  ...{ vocabulary: 320, width: 256, hiddenWidth: 64, layers: 1, context: 64 },
  ...{ heads: 4, kvHeads: 2, headWidth: 16, attentionScale: 0.25, normEpsilon: 1e-5 },
  ...{ biases: [], tiedHead: false, rope, localRope: rope, sliding: [false] },
  ...{ slidingWindow: undefined, attentionSoftCap: undefined, logitSoftCap: undefined },
};
let folder: string;
const file = (name: string): string => path.join(folder, `${name}.gguf`);
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'graft-blocks-'));
  const model = { weights: randomWeights(config, 3), encoding: 'f32' } as const;
  await writeTestModel(file('floats'), config, model);
});
afterAll(() => rm(folder, { recursive: true }));

/** The model with the blocks of a fixture, over and over, as its embedding. */
async function withEmbedding(typeName: string): Promise<string> {
  const blocks = (await readGguf(fixture('quantised.gguf'))).tensors.get(typeName);
  if (blocks?.encoding === undefined) throw new Error(`no ${typeName}`);
  const { encoding } = blocks;
  const start = blocks.offset;
  const given = (await readFile(blocks.path)).subarray(start, start + blocks.bytes);
  const model = await readGguf(file('floats'));
  const bytes = await readFile(model.path);
  const tensors = [...model.tensors.values()].map(
    ({ name, shape, offset, bytes: length }): GgufTensor =>
      name === 'token_embd.weight'
        ? {
            ...{ name, shape, encoding },
            bytes: () =>
              Uint8Array.from(
                { length: encodedBytes(encoding, sizeOf(shape)) },
                (_, i) => given[i % given.length] ?? 0,
              ),
          }
        : {
            ...{ name, shape, encoding: 'f32' },
            bytes: () => bytes.subarray(offset, offset + length),
          },
  );
  await writeGguf(file(typeName), model.metadata, tensors);
  return file(typeName);
}

// llama.cpp looks rows up in floats, whatever it does to activations in products.
it.each(readableTypes)('an embedding in %s is what llama.cpp makes of it', async (typeName) => {
  const quantised = await withEmbedding(typeName);
  const tokens = [1, 300, 17, 42, 310, 99, 268, 3, 200, 305];
  const answers = await ours(await openBaseModel(quantised), tokens);
  expect(disagreement(answers, await llama.answers(quantised, tokens))).toBeLessThan(1e-4);
});
