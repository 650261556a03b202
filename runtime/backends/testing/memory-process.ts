/**
 * Uses a real model in a process of its own, whose memory nothing else changes: prints what its backends claimed
 * and what the process took, in bytes, as one line of JSON. Argument: embedder or language-model.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { createBackends } from '../residency/backends.ts';
import { embedderId, languageModelSource, never, realCatalogue } from './real-models.ts';

const [kind] = z.tuple([z.enum(['embedder', 'language-model'])]).parse(process.argv.slice(2));
const text = 'The night guard lights the kiln before noon. '.repeat(24);
const backends = createBackends({ catalogue: realCatalogue() });

function resident(key: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return 1024 * Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1] ?? Number.NaN);
}

async function load(): Promise<() => Promise<unknown>> {
  // Libraries are there before the model is, and counted for no model.
  if (kind === 'embedder') {
    await Promise.all([import('onnxruntime-node'), import('@huggingface/transformers')]);
    return async () => {
      const embedder = await backends.embedder(embedderId);
      return embedder.embed(
        Array.from({ length: 32 }, () => text),
        never(),
      );
    };
  }
  (await backends.tokenizer(languageModelSource())).encode(text);
  return async () => {
    const options = { contextLength: 2048, parallel: 1 };
    const model = await backends.languageModel(languageModelSource(), options);
    const prompt = { system: 'You are a helpful assistant.', prompt: text, maxTokens: 8 };
    const sampling = { temperature: 0, topK: 40, topP: 0.95, minP: 0.05, repeatPenalty: 1 };
    return model.generate({ ...prompt, ...sampling, seed: 1, stop: [] }, { signal: never() });
  };
}

const use = await load();
const before = resident('VmRSS');
await use();
const taken = resident('VmHWM') - before;
process.stdout.write(`${JSON.stringify({ taken, claimed: backends.memory('cpu').peak })}\n`, () =>
  process.exit(0),
);
