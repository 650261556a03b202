import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createCatalogue, type Catalogue } from '../catalogue/index.ts';
import { largestDifference, modelTestTimeout, never } from '../testing/real-models.ts';
import { createBackends, type LoadedBackends } from './backends.ts';

const numbers = z.array(z.number());
const goldenSchema = z.object({
  texts: z.array(z.string()),
  questions: z.array(numbers),
  passages: z.array(numbers),
});
const fixture = (path: string): string =>
  fileURLToPath(new URL(`../onnx/golden/fixtures/${path}`, import.meta.url));
const goldenOf = async (name: string) =>
  goldenSchema.parse(JSON.parse(await readFile(fixture(`${name}/golden.json`), 'utf8')));

describe('encoders that were imported', { timeout: modelTestTimeout }, () => {
  let folder: string;
  let catalogue: Catalogue;
  let backends: LoadedBackends;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'graft-encoders-'));
    catalogue = createCatalogue({ modelsFolder: folder, entries: [] });
    backends = createBackends({ catalogue });
  });
  afterAll(async () => {
    await backends[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const differences = (found: readonly Float32Array[], expected: readonly number[][]): number[] =>
    found.map((vector, at) => largestDifference(Float32Array.from(expected[at] ?? []), vector));

  it('embed questions and passages with their prompts, or with those of a step', async () => {
    const expected = await goldenOf('without-prompt');
    const { id } = await catalogue.import(fixture('without-prompt'));
    const embed = async (use: Parameters<LoadedBackends['embedder']>[1]) =>
      (await backends.embedder(id, use)).embed(expected.texts, never());
    const questions = await embed({ texts: 'questions' });
    expect(Math.max(...differences(questions, expected.questions))).toBeLessThan(1e-4);
    const passages = await embed({});
    expect(Math.max(...differences(passages, expected.passages))).toBeLessThan(1e-4);
    const prompted = await embed({ texts: 'passages', prompt: 'query: ' });
    expect(Math.max(...differences(prompted, expected.questions))).toBeLessThan(1e-4);
  });

  it('keep the first numbers of a vector, one long again', async () => {
    const { id, dimension } = await catalogue.import(fixture('mean'));
    expect(dimension).toBe(16);
    const whole = await (await backends.embedder(id)).embed(['A kiln.'], never());
    const cut = await backends.embedder(id, { dimension: 4 });
    expect(cut.dimension).toBe(4);
    const [vector = new Float32Array()] = await cut.embed(['A kiln.'], never());
    const first = [...(whole[0] ?? [])].slice(0, 4);
    const scale = 1 / Math.hypot(...first);
    expect([...vector]).toEqual(first.map((value) => expect.closeTo(value * scale, 6)));
    await expect(backends.embedder(id, { dimension: 17 })).rejects.toMatchObject({
      code: 'bad-input',
    });
  });

  it('run in GGUF through llama.cpp, but give no vectors of tokens', async () => {
    const expected = await goldenOf('mean');
    const { id } = await catalogue.import(fixture('mean/model.gguf'), { id: 'mean-gguf' });
    expect(catalogue.lookup(id)).toMatchObject({ kind: 'embedder', format: 'gguf', dimension: 16 });
    const embedder = await backends.embedder(id);
    const found = await embedder.embed(expected.texts, never());
    expect(Math.max(...differences(found, expected.passages))).toBeLessThan(1e-3);
    await expect(embedder.embedTokens(['A kiln.'], never())).rejects.toThrow(/in ONNX/);
    const scorer = await catalogue.import(fixture('cross-encoder/model.gguf'), { id: 'scorer' });
    const encoder = await backends.crossEncoder(scorer.id);
    expect(await encoder.score('A kiln?', ['The kiln.', 'Shares.'], never())).toHaveLength(2);
  });
});
