import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isRecord } from '@graft/graph';
import { afterEach, describe, expect, it } from 'vitest';
import { openBaseModel } from '../architectures/base-model.ts';
import { architectureOf } from '../architectures/description.ts';
import type { ModelConfig } from '../architectures/model-config.ts';
import { permuteRows } from '../architectures/paired-rows.ts';
import { encode } from '../formats/encode.ts';
import { readGguf } from '../formats/gguf-reader.ts';
import { writeTestCheckpoint } from '../testing/test-checkpoint.ts';
import { randomWeights } from '../testing/test-model.ts';
import { planGguf } from './to-gguf.ts';

const rope = { base: 10_000, scaling: { kind: 'none' } } as const;
const config: ModelConfig = {
  architecture: architectureOf('gguf', 'llama', 'test'),
  ...{ vocabulary: 264, width: 32, hiddenWidth: 48, layers: 1, heads: 4, kvHeads: 2 },
  ...{ headWidth: 8, context: 64, normEpsilon: 1e-5, biases: [], tiedHead: true },
  ...{ rope, localRope: rope, slidingWindow: undefined, sliding: [false] },
  ...{ attentionScale: 8 ** -0.5, attentionSoftCap: undefined, logitSoftCap: undefined },
};
const weights = randomWeights(config, 3);

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});
async function checkpoint(sizes = config, numbers = weights): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'graft-checkpoint-'));
  folders.push(folder);
  await writeTestCheckpoint(folder, sizes, numbers);
  return folder;
}
const hooks = { signal: new AbortController().signal, progress: () => undefined };
const plan = (folder: string, encoding: 'f16' | 'q8_0' = 'f16'): ReturnType<typeof planGguf> =>
  planGguf(folder, { encoding, name: 'tiny', licence: 'MIT', source: 'https://example.org/tiny' });

/** Changes fields of a JSON file of a folder. */
async function change(
  folder: string,
  [name, ...keys]: readonly [string, ...string[]],
  value: unknown,
): Promise<void> {
  const file = path.join(folder, name);
  const json: unknown = JSON.parse(await readFile(file, 'utf8'));
  let at = json;
  for (const key of keys.slice(0, -1)) at = isRecord(at) ? at[key] : undefined;
  if (isRecord(at)) at[keys.at(-1) ?? ''] = value;
  await writeFile(file, JSON.stringify(json));
}

describe('a conversion to GGUF', () => {
  it('writes q and k interleaved, Q8_0 by the reference formula, and vectors as they are', async () => {
    const folder = await checkpoint();
    const file = path.join(folder, 'tiny.gguf');
    const done: number[] = [];
    const planned = await plan(folder, 'q8_0');
    await planned.write(file, { ...hooks, progress: (bytes) => done.push(bytes) });
    const { tensors, metadata } = await readGguf(file);
    const bytes = await readFile(file);
    const stored = (name: string): Uint8Array => {
      const { offset = 0, bytes: size = 0 } = tensors.get(name) ?? {};
      return bytes.subarray(offset, offset + size);
    };
    const data = (name: string): Float32Array => weights.get(name)?.data ?? new Float32Array();
    const rows = permuteRows(
      data('model.layers.0.self_attn.k_proj.weight'),
      { heads: 2, rows: 16 },
      'toPairs',
    );
    expect(stored('blk.0.attn_k.weight')).toEqual(Buffer.from(encode('q8_0', rows)));
    expect(stored('token_embd.weight')).toEqual(
      Buffer.from(encode('q8_0', data('model.embed_tokens.weight'))),
    );
    // Rows of 48 are no whole blocks.
    expect(tensors.get('blk.0.ffn_down.weight')?.typeName).toBe('F16');
    expect(stored('output_norm.weight')).toEqual(
      Buffer.from(encode('f32', data('model.norm.weight'))),
    );
    expect(metadata.get('general.license')).toEqual({ type: 'string', value: 'MIT' });
    expect(metadata.get('general.source.url')).toMatchObject({ value: 'https://example.org/tiny' });
    expect(done.at(-1)).toBeLessThan(planned.bytes);
    expect(bytes.length).toBeLessThan(planned.bytes);
  });

  it('ends the context where a window would begin to move that llama.cpp ignores', async () => {
    const folder = await checkpoint();
    await change(folder, ['config.json', 'sliding_window'], 16);
    const file = path.join(folder, 'tiny.gguf');
    await (await plan(folder)).write(file, hooks);
    expect((await openBaseModel(file)).config).toMatchObject({
      ...{ context: 16, slidingWindow: undefined },
    });
  });

  it('that is stopped, or of a number too large for f16, leaves nothing', async () => {
    const folder = await checkpoint();
    const before = await readdir(folder);
    const stop = new AbortController();
    const stopped = (await plan(folder)).write(path.join(folder, 'tiny.gguf'), {
      signal: stop.signal,
      progress: () => stop.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    expect(await readdir(folder)).toEqual(before);

    const large = new Map(weights);
    const name = 'model.layers.0.mlp.up_proj.weight';
    large.set(name, { shape: [48, 32], data: new Float32Array(48 * 32).fill(70_000) });
    const other = await checkpoint(config, large);
    const file = path.join(other, 'tiny.gguf');
    await expect((await plan(other)).write(file, hooks)).rejects.toThrow(
      /up_proj\.weight" .* has a number that f16 cannot hold; convert to q8_0 instead/,
    );
    await (await plan(other, 'q8_0')).write(file, hooks);

    const broken = new Map(weights);
    broken.set(name, { shape: [48, 32], data: new Float32Array(48 * 32).fill(NaN) });
    const damaged = await checkpoint(config, broken);
    const never = path.join(damaged, 'tiny.gguf');
    await expect((await plan(damaged, 'q8_0')).write(never, hooks)).rejects.toThrow(
      /up_proj\.weight" .* has a number that is not finite or too large/,
    );
    expect(await readdir(damaged)).not.toContain('tiny.gguf');
  });
});

describe('a checkpoint is refused, before anything is written,', () => {
  const shard = 'model.safetensors';
  const index = 'model.safetensors.index.json';
  const split = [{ type: 'Split', pattern: { Regex: 'x' }, behavior: 'Isolated' }];
  const pre = { type: 'Sequence', pretokenizers: split };
  const cases: readonly (readonly [string, (folder: string) => Promise<void>, RegExp])[] = [
    ['cut off', (folder) => truncate(path.join(folder, shard), 4_000), /is cut off/],
    [
      'without a shard',
      (folder) => writeFile(path.join(folder, index), '{"weight_map":{"a":"b.safetensors"}}'),
      /cannot open .*b\.safetensors/,
    ],
    [
      'with a shard outside',
      (folder) => writeFile(path.join(folder, index), '{"weight_map":{"a":"../b.safetensors"}}'),
      /names the file "\.\.\/b\.safetensors", which is not inside its folder/,
    ],
    ['of other sizes', (f) => change(f, ['config.json', 'hidden_size'], 64), /its sizes make it/],
    ['of more layers', (f) => change(f, ['config.json', 'num_hidden_layers'], 2), /has no tensor/],
    ['of endless layers', (f) => change(f, ['config.json', 'num_hidden_layers'], 1e9), /claims/],
    ['of another family', (f) => change(f, ['config.json', 'model_type'], 'phi3'), /"phi3"/],
    [
      'with YaRN',
      (f) => change(f, ['config.json', 'rope_scaling'], { rope_type: 'yarn', factor: 4 }),
      /RoPE scaling "yarn"/,
    ],
    [
      'with scores capped',
      (f) => change(f, ['config.json', 'attn_logit_softcapping'], 50),
      /soft caps, which llama\.cpp does not compute for llama/,
    ],
    [
      'with a tokenizer of more tokens',
      (f) => change(f, ['tokenizer.json', 'model', 'vocab', 'more'], 300),
      /has the token 300, but its model only 264/,
    ],
    [
      'with an endless tokenizer',
      (f) => change(f, ['tokenizer.json', 'model', 'vocab', 'more'], 1e12),
      /numbers a token 1000000000000/,
    ],
    [
      'with another way to split texts',
      (f) => change(f, ['tokenizer.json', 'pre_tokenizer'], pre),
      /tokenizer\.json splits texts in a way/,
    ],
    [
      'with an unknown kind of tokenizer',
      (f) => change(f, ['tokenizer.json', 'model', 'type'], 'Unigram'),
      /is not what a BPE tokenizer's file holds \(model\.type/,
    ],
    ['without a tokenizer', (f) => rm(path.join(f, 'tokenizer.json')), /cannot open .*tokenizer/],
  ];
  it.each(cases)('%s', async (_, spoil, message) => {
    const folder = await checkpoint();
    await spoil(folder);
    const before = await readdir(folder);
    await expect(plan(folder)).rejects.toThrow(message);
    expect(await readdir(folder)).toEqual(before);
  });
});
