import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { LlamaMemory } from '../llama/llama-memory.ts';
import { LlamaSlot } from '../llama/llama-slot.ts';
import { loadLlamaRuntime } from '../llama/llama-runtime.ts';
import { loadLlamaWeights } from '../llama/llama-weights.ts';
import {
  cosine,
  embedderId,
  languageModelFile,
  languageModelSource,
  modelTestTimeout,
  never,
  realCatalogue,
} from '../testing/real-models.ts';
import { createBackends } from './backends.ts';

const request = {
  ...{ system: 'You are a helpful assistant.', prompt: 'What is the capital of France?' },
  ...{ maxTokens: 8, temperature: 0, topK: 40, topP: 0.95, minP: 0.05, repeatPenalty: 1 },
  ...{ seed: 1, stop: [] },
};
const limit = 300e6;
const measuredSchema = z.object({ taken: z.number(), claimed: z.number() });

describe('a device of 300 MB', { timeout: modelTestTimeout }, () => {
  it.runIf(inject('share') === 1)(
    'serves all who need three models that do not fit together, and is never claimed beyond',
    async () => {
      await using backends = createBackends({ catalogue: realCatalogue(), memory: limit });
      const source = languageModelSource();
      const { path } = await languageModelFile();
      // The same weights as another model: as large, and not shared.
      const copy = { ...source, id: 'a copy', digest: 'c'.repeat(64), path };
      const ask = async (
        model: typeof source,
        contextLength: number,
        parallel = 1,
      ): Promise<string> => {
        const loaded = await backends.languageModel(model, { contextLength, parallel });
        return (await loaded.generate(request, { signal: never() })).text;
      };
      const embed = async (): Promise<number> => {
        const embedder = await backends.embedder(embedderId);
        const [one, two] = await embedder.embed(['a kiln', 'an oven'], never());
        return one && two ? cosine(one, two) : Number.NaN;
      };
      for (let round = 0; round < 2; round++) {
        const [one, other, likeness] = await Promise.all([
          ask(source, 512),
          ask(copy, 512),
          embed(),
        ]);
        expect(one).toContain('Paris');
        expect(other).toBe(one);
        expect(likeness).toBeGreaterThan(0.2);
      }
      const { peak } = backends.memory('cpu');
      expect(peak).toBeLessThanOrEqual(limit);
      expect(peak).toBeGreaterThan(limit / 2);
      // A model that needs more than the device has is refused, and the others still answer.
      await expect(ask(source, 8192, 2)).rejects.toMatchObject({ code: 'out-of-memory' });
      expect(await ask(source, 512)).toContain('Paris');
    },
  );
});

describe('estimates', { timeout: modelTestTimeout }, () => {
  const contexts = [512, 2048];
  it.each(contexts.slice(0, Math.ceil(contexts.length * inject('share'))))(
    'a context of %i tokens is within a factor of 1.6',
    async (contextLength) => {
      const runtime = await loadLlamaRuntime('cpu');
      const file = await languageModelFile();
      const weights = await loadLlamaWeights(runtime, file, { signal: never() });
      const expected = await (await LlamaMemory.of(file, runtime)).context(contextLength);
      const options = { contextLength, threads: 1, device: 'cpu', adapters: [] };
      const slot = await LlamaSlot.create(weights, options);
      const ratio = expected / slot.memory;
      await slot.dispose();
      await weights.dispose();
      await runtime.llama.dispose();
      expect(ratio).toBeGreaterThan(1 / 1.6);
      expect(ratio).toBeLessThan(1.6);
    },
  );

  it.runIf(process.platform === 'linux').each(['embedder', 'language-model'])(
    // Of so small models, vocabularies and templates in JavaScript are as large as what was claimed.
    'the %s takes between .4 and 2.5 of what it claims',
    async (kind) => {
      const program = fileURLToPath(new URL('../testing/memory-process.ts', import.meta.url));
      const args = ['--import', import.meta.resolve('tsx'), program, kind];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      const { taken, claimed } = measuredSchema.parse(JSON.parse(stdout));
      expect(taken / claimed).toBeGreaterThan(0.4);
      expect(taken / claimed).toBeLessThan(2.5);
    },
  );
});
