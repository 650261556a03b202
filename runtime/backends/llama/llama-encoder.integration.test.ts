import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeGguf } from '../catalogue/gguf-description.ts';
import { largestDifference, modelTestTimeout, never } from '../testing/real-models.ts';
import { LlamaCrossEncoder, LlamaEmbedder } from './llama-encoder.ts';
import { loadLlamaRuntime, type LlamaRuntime } from './llama-runtime.ts';
import { loadLlamaWeights } from './llama-weights.ts';

const numbers = z.array(z.number());
const vectorsSchema = z.object({
  texts: z.array(z.string()),
  questions: z.array(numbers),
  passages: z.array(numbers),
});
const scoresSchema = z.object({
  pairs: z.array(z.tuple([z.string(), z.string()])),
  withoutSegments: numbers,
});

/** What sentence-transformers gives, and the same model in GGUF. */
async function golden<Value>(name: string, schema: z.ZodType<Value>) {
  const folder = fileURLToPath(new URL(`../onnx/golden/fixtures/${name}`, import.meta.url));
  const path = `${folder}/model.gguf`;
  const { size } = await stat(path);
  const expected = schema.parse(JSON.parse(await readFile(`${folder}/golden.json`, 'utf8')));
  const description = await describeGguf(path, 'model.gguf');
  return { file: { id: name, path, digest: name, size }, expected, description };
}

describe('encoders in GGUF', { timeout: modelTestTimeout }, () => {
  let runtime: LlamaRuntime;
  beforeAll(async () => {
    runtime = await loadLlamaRuntime('cpu');
  });
  afterAll(() => runtime.llama.dispose());

  it.each(['mean', 'cls'] as const)('embed as sentence-transformers does: %s', async (name) => {
    const { file, expected, description } = await golden(name, vectorsSchema);
    expect(description).toMatchObject({
      ...{ kind: 'embedder', dimension: 16, contextLength: 64 },
      embedding: { pooling: [name] },
    });
    const weights = await loadLlamaWeights(runtime, file, { signal: never() });
    // As the layout of `cls` states it.
    const contextLength = name === 'cls' ? 24 : description.contextLength;
    await using embedder = new LlamaEmbedder(weights, { id: name, runtime, contextLength });
    const found = await embedder.embed(expected.texts, never());
    const differences = found.map((vector, at) =>
      largestDifference(Float32Array.from(expected.passages[at] ?? []), vector),
    );
    // llama.cpp looks GELU up in a table of halves.
    expect(Math.max(...differences)).toBeLessThan(1e-3);
  });

  it('score pairs as CrossEncoder does but for segments, which llama.cpp leaves out', async () => {
    const { file, expected, description } = await golden('cross-encoder', scoresSchema);
    expect(description).toMatchObject({ kind: 'cross-encoder', contextLength: 40 });
    const weights = await loadLlamaWeights(runtime, file, { signal: never() });
    const options = { id: 'scores', runtime, contextLength: description.contextLength };
    await using encoder = new LlamaCrossEncoder(weights, options);
    for (const [at, [query, passage]] of expected.pairs.entries()) {
      const [score] = await encoder.score(query, [passage], never());
      expect(score).toBeCloseTo(expected.withoutSegments[at] ?? NaN, 2);
    }
  });
});
