import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ModelEntry } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { localFiles } from '../../catalogue/model-files.ts';
import { describeOnnx } from '../../catalogue/onnx-description.ts';
import { largestDifference, never } from '../../testing/real-models.ts';
import { loadCrossEncoder } from '../cross-encoder.ts';
import { loadEmbedder } from '../embedder.ts';
import { cutEmbedder } from '../mapped-embedder.ts';
import type { OnnxModelFiles } from '../onnx-session.ts';

const vectors = z.array(z.array(z.number()));
const goldenSchema = z.object({
  texts: z.array(z.string()),
  questions: vectors,
  passages: vectors,
  dimensions: z.number().optional(),
});
const scoresSchema = z.object({
  pairs: z.array(z.tuple([z.string(), z.string()])),
  scores: z.array(z.number()),
});

async function golden<Value>(name: string, schema: z.ZodType<Value>) {
  const folder = fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
  const { files: paths, ...facts } = await describeOnnx(localFiles(folder));
  const files = paths.map((path) => ({ path, size: 0, sources: [`file:${folder}/${path}`] }));
  const entry: ModelEntry = { ...facts, id: name, licence: { id: 'MIT', consent: false }, files };
  const model: OnnxModelFiles = { entry, folder, device: 'cpu', threads: 1 };
  const text = await readFile(`${folder}/golden.json`, 'utf8');
  return { model, expected: schema.parse(JSON.parse(text)) };
}

describe('an embedder of sentence-transformers', () => {
  it.each(['mean', 'cls', 'max', 'last', 'without-prompt', 'dense', 'several'])(
    'gives its vectors: %s',
    async (name) => {
      const { model, expected } = await golden(name, goldenSchema);
      await using embedder = await loadEmbedder(model);
      const { texts, dimensions = embedder.dimension } = expected;
      for (const kind of ['questions', 'passages'] as const) {
        const { question = '', passage = '' } = model.entry.embedding?.prompts ?? {};
        const prompt = kind === 'questions' ? question : passage;
        const asked = {
          ...{ model: name, dimension: embedder.dimension, device: 'cpu' },
          embed: (all: readonly string[]) => embedder.embed(all, never(), prompt),
          embedTokens: () => Promise.reject(new Error('not asked for')),
        };
        const found = await cutEmbedder(asked, dimensions).embed(texts, never());
        const differences = found.map((vector, at) =>
          largestDifference(Float32Array.from(expected[kind][at] ?? []), vector),
        );
        expect(found.map(({ length }) => length)).toEqual(texts.map(() => dimensions));
        expect(Math.max(...differences)).toBeLessThan(1e-4);
      }
    },
  );
});

it('scores pairs as CrossEncoder does, at any length', async () => {
  const { model, expected } = await golden('cross-encoder', scoresSchema);
  await using encoder = await loadCrossEncoder(model);
  for (const [at, [query, passage]] of expected.pairs.entries()) {
    const [score] = await encoder.score(query, [passage], never());
    expect(score).toBeCloseTo(expected.scores[at] ?? NaN, 4);
  }
});
