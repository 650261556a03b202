import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GraphError } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import {
  cosine,
  embedderId,
  languageModelFile,
  languageModelId,
  languageModelSource,
  modelTestTimeout,
  never,
  realCatalogue,
} from '../testing/real-models.ts';
import { createBackends } from './backends.ts';
import { writeTokenizerFolder } from '../testing/tokenizer-folder.ts';

const request = {
  ...{ system: 'You are a helpful assistant.', prompt: 'What is the capital of France?' },
  ...{ maxTokens: 16, temperature: 0, topK: 40, topP: 0.95, minP: 0.05, repeatPenalty: 1 },
  ...{ seed: 1, stop: [] },
};

describe('the backends together', { timeout: modelTestTimeout }, () => {
  it('take turns in memory that holds one model only, and count tokens all the while', async () => {
    await using backends = createBackends({ catalogue: realCatalogue(), memory: 260e6 });
    const embedder = await backends.embedder(embedderId);
    const options = { contextLength: 512, parallel: 2 };
    const model = await backends.languageModel(languageModelSource(), options);
    const tokens = model.countTokens('hello world');
    for (let turn = 0; turn < 2; turn++) {
      const [one, two] = await embedder.embed(['a kiln', 'an oven'], never());
      if (!one || !two) throw new Error('no vectors');
      expect(cosine(one, two)).toBeGreaterThan(0.2);
      expect(model.countTokens('hello world')).toBe(tokens);
      const answer = await model.generate(request, { signal: never() });
      expect(answer.text).toContain('Paris');
    }
    using lease = await backends.lease(200e6);
    expect(lease.device.id).toBe('cpu');
    expect(model.countTokens('hello world')).toBe(tokens);
  });

  it('refuse a model that does not fit before they load it, and state both figures', async () => {
    await using backends = createBackends({ catalogue: realCatalogue(), memory: 90e6 });
    const options = { contextLength: 2048, parallel: 1 };
    const refused = await backends.languageModel(languageModelSource(), options).then(
      () => expect.fail('it was loaded'),
      (error: unknown) => GraphError.from(error),
    );
    expect(refused).toMatchObject({ code: 'out-of-memory', audience: 'operator' });
    const [, needed] =
      /^this needs (\d+) MB of memory on the CPU, but only 90 MB are available; use a smaller model, a shorter context/.exec(
        refused.message,
      ) ?? [];
    const { size } = await languageModelFile();
    expect(Number(needed)).toBeGreaterThan(size / 1e6);
    expect(Number(needed)).toBeLessThan((3 * size) / 1e6);
    expect(backends.memory('cpu').peak).toBe(0);
  });

  it('give a step its own signal, and refuse a model of another kind', async () => {
    await using backends = createBackends({ catalogue: realCatalogue() });
    const abort = new AbortController();
    const step = backends.forStep({
      device: 'auto',
      signal: abort.signal,
      progress: () => undefined,
    });
    const loading = step.backends.languageModel(languageModelSource(), {
      contextLength: 512,
      parallel: 1,
    });
    abort.abort();
    await expect(loading).rejects.toMatchObject({ code: 'cancelled' });
    await expect(backends.embedder(languageModelId)).rejects.toThrow(
      /is a language model, but an embedder is needed/,
    );
    expect(step.models.facts(embedderId).dimension).toBe(384);
    expect(() => step.models.facts('nothing')).toThrow(/has no model "nothing"/);
  });

  it('read tokens from GGUF and from a folder with safetensors, and generate from GGUF only', async () => {
    await using backends = createBackends({ catalogue: realCatalogue() });
    const folder = await mkdtemp(join(tmpdir(), 'graft-model-'));
    await writeTokenizerFolder(await languageModelFile(), folder);
    const source = { id: 'mine', digest: 'd', path: folder };
    const text = 'The night guard lights it.';
    const tokens = (await backends.tokenizer(source)).encode(text);
    expect(tokens.length).toBeGreaterThan(3);
    expect((await backends.tokenizer(languageModelSource())).encode(text)).toEqual(tokens);
    await expect(
      backends.languageModel(source, { contextLength: 256, parallel: 1 }),
    ).rejects.toThrow(/^"mine" is not in GGUF/);
    const path = join(folder, 'absent.gguf');
    await expect(backends.tokenizer({ ...source, path })).rejects.toMatchObject({
      code: 'missing-file',
    });
    // A folder with a GGUF file is as good as the file.
    await symlink((await languageModelFile()).path, path);
    const model = await backends.languageModel(source, { contextLength: 256, parallel: 1 });
    expect((await model.generate(request, { signal: never() })).text).toContain('Paris');
    await rm(folder, { recursive: true });
  });
});
