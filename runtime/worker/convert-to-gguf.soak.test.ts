import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openBaseModel, permuteModule, weightShapes } from '@graft/training/architectures';
import { loadWeight, sourceOf, writeSafetensors } from '@graft/training/formats';
import { expect, it } from 'vitest';
import { languageModelFile, modelTestTimeout } from '../backends/testing/real-models.ts';
import { writeTokenizerFolder } from '../backends/testing/tokenizer-folder.ts';
import { disagreement, LlamaCpp, ours, widened } from '../training/testing/llama-cpp.ts';
import { ggufConverter } from './convert-to-gguf.ts';

/** "The capital of France is" and some tokens from all over the vocabulary. */
const tokens = [504, 3575, 282, 4649, 314, 1, 40_000, 17, 9_042, 28, 300, 49_000];

it(
  'SmolLM2 in safetensors answers as GGUF as in our own program',
  { timeout: 3 * modelTestTimeout },
  async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'graft-smollm-'));
    try {
      const file = await languageModelFile();
      const { config, entry } = await openBaseModel(file.path);
      const tensors = await Promise.all(
        [...weightShapes(config)].map(async ([name, shape]) => {
          const found = entry(name);
          if (found === undefined) throw new Error(`no ${name}`);
          const rows = { path: name.replace(/\.weight$/, ''), rows: shape[0] ?? 0 };
          const data = await loadWeight(sourceOf(found), shape);
          return { name, shape, data: permuteModule(config, { ...rows, data }, 'fromPairs') };
        }),
      );
      await writeSafetensors(path.join(folder, 'model.safetensors'), tensors, { encoding: 'f16' });
      await writeFile(
        path.join(folder, 'config.json'),
        JSON.stringify({
          ...{ model_type: 'llama', vocab_size: config.vocabulary, hidden_size: config.width },
          ...{ intermediate_size: config.hiddenWidth, num_hidden_layers: config.layers },
          ...{ num_attention_heads: config.heads, num_key_value_heads: config.kvHeads },
          ...{ max_position_embeddings: config.context, rms_norm_eps: config.normEpsilon },
          ...{ rope_theta: config.rope.base, tie_word_embeddings: config.tiedHead },
        }),
      );
      await writeTokenizerFolder(file, folder);
      const published = await ours(await openBaseModel(folder), tokens);
      await using llama = await LlamaCpp.onCpu();
      for (const encoding of ['f16', 'q8_0'] as const) {
        const to = path.join(folder, `${encoding}.gguf`);
        const plan = await ggufConverter(folder, { encoding, name: 'SmolLM2' });
        await plan.write(to, { signal: new AbortController().signal, progress: () => undefined });
        // In 32-bit floats: with others llama.cpp rounds activations too.
        const theirs = await llama.answers(await widened(to), tokens);
        // The published numbers are f16; Q8_0 rounds them.
        const same = encoding === 'f16' ? published : await ours(await openBaseModel(to), tokens);
        expect(disagreement(same, theirs)).toBeLessThan(1e-3);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
