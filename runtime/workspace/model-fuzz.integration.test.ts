import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StepRequest } from '@graft/graph';
import { tinyEmbedder } from '@graft/training/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  digestOf,
  lay,
  openModelFuzz,
  step,
  testModelFuzz,
  type Files,
} from './testing/model-fuzz.ts';

const fuzz = openModelFuzz();
// model-fuzz.soak.test.ts tries all changes.
testModelFuzz(fuzz, 0.01);

describe('what fuzzing found', () => {
  const own = (): string => join(fuzz.folder, 'own');
  const embedder = async (files: Files): Promise<StepRequest> => {
    await lay(own(), files);
    const { id } = await fuzz.catalogue.import(own(), { id: 'changed' });
    return step('use-embedder', { id, digest: '' });
  };
  const tokenizer = z.record(z.string(), z.unknown());
  const withTokenizer = (change: Readonly<Record<string, unknown>>): Files => {
    const files = tinyEmbedder();
    const read = tokenizer.parse(JSON.parse(String(files.get('tokenizer.json'))));
    return files.set('tokenizer.json', Buffer.from(JSON.stringify({ ...read, ...change })));
  };

  it('a model that is imported anew under its id is used as it is now', async () => {
    const before = await fuzz.execute(await embedder(tinyEmbedder(3)));
    const after = await fuzz.execute(await embedder(tinyEmbedder(4)));
    expect(after.outputs['value']?.digest).not.toBe(before.outputs['value']?.digest);
    const again = await fuzz.execute(await embedder(tinyEmbedder(3)));
    expect(again.outputs['value']?.digest).toBe(before.outputs['value']?.digest);
  });

  it('what onnxruntime says of a model that it cannot run is a problem of the model', async () => {
    // One token, where the model takes three.
    await expect(
      fuzz.execute(await embedder(withTokenizer({ post_processor: null }))),
    ).rejects.toMatchObject({ code: 'bad-model', location: { node: 'use-embedder-1' } });
  });

  it('so is a tokenizer that cannot work', async () => {
    const post_processor = { type: 'TemplateProcessing', single: 5, pair: [], special_tokens: {} };
    await expect(
      fuzz.execute(await embedder(withTokenizer({ post_processor }))),
    ).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringContaining('tokenizer'),
    });
  });

  it.each([
    ['hidden_size', -1],
    ['hidden_size', 2 ** 53 - 1],
    ['max_position_embeddings', -1],
  ])('a config with a %s of %d is refused', async (name, value) => {
    const config = Buffer.from(
      JSON.stringify({
        model_type: 'bert',
        hidden_size: 8,
        max_position_embeddings: 16,
        [name]: value,
      }),
    );
    await expect(embedder(tinyEmbedder().set('config.json', config))).rejects.toMatchObject({
      code: 'damaged-file',
    });
  });

  it('a GGUF file that claims gigabytes is refused before llama.cpp reads it', async () => {
    const bytes = await readFile(join(fuzz.tiny.root, 'base.gguf'));
    // The length of an array of tokens.
    const tokens = bytes.indexOf('tokenizer.ggml.tokens') + 'tokenizer.ggml.tokens'.length + 8;
    bytes.writeBigUInt64LE(2n ** 31n, tokens);
    const path = join(fuzz.folder, 'claims.gguf');
    await writeFile(path, bytes);
    await expect(
      fuzz.execute(step('use-language-model', { id: 'claims', digest: digestOf(bytes), path })),
    ).rejects.toMatchObject({ code: 'damaged-file' });
  });

  it('a file that crashes llama.cpp ends its step with the reason, and no other', async () => {
    const bytes = await readFile(join(fuzz.tiny.root, 'base.gguf'));
    const key = 'llama.attention.value_length';
    bytes.writeUInt32LE(7, bytes.indexOf(key) + key.length + 4);
    const path = join(fuzz.folder, 'crashes.gguf');
    await writeFile(path, bytes);
    await expect(
      fuzz.execute(step('use-language-model', { id: 'crashes', digest: digestOf(bytes), path })),
    ).rejects.toMatchObject({ code: 'worker-died', message: expect.stringContaining('ASSERT') });
    const whole = join(fuzz.tiny.root, 'base.gguf');
    await fuzz.execute(step('use-language-model', { id: 'whole', digest: 'w', path: whole }));
  });
});
