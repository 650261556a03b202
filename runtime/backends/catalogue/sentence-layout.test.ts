import { GraphError, plainLayout } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { ModelFiles } from './model-files.ts';
import { describeOnnx } from './onnx-description.ts';
import { sentenceLayout } from './sentence-layout.ts';

const modules = (...kinds: string[]) =>
  kinds.map((kind, idx) => ({
    ...{ idx, name: String(idx), path: idx === 0 ? '' : `${idx}_${kind}` },
    type: `sentence_transformers.models.${kind}`,
  }));
const usual = { word_embedding_dimension: 8, pooling_mode_mean_tokens: true };

/** Files by path, as parsed JSON. */
function filesOf(all: Readonly<Record<string, unknown>>): ModelFiles {
  return {
    ...{ place: 'hf:o/r', name: 'r' },
    has: (path) => Promise.resolve(path in all),
    names: (folder) => {
      const inside = Object.keys(all).filter((path) => path.startsWith(`${folder}/`));
      return Promise.resolve(inside.map((path) => path.slice(folder.length + 1)));
    },
    json: <Value>(path: string, schema: z.ZodType<Value>) =>
      Promise.resolve(schema.parse(all[path])),
    safetensors: () => Promise.reject(new Error('not asked for')),
  };
}

const layoutOf = (all: Readonly<Record<string, unknown>>) =>
  sentenceLayout(filesOf({ 'modules.json': modules('Transformer', 'Pooling'), ...all }));
const pooling = async (config: object) =>
  (await layoutOf({ '1_Pooling/config.json': config }))?.embedding.pooling;

describe('a layout of sentence-transformers', () => {
  it('is absent without modules.json', async () => {
    expect(await sentenceLayout(filesOf({}))).toBeUndefined();
  });

  it('pools as the keys of version 6 and those before say', async () => {
    expect(await pooling(usual)).toEqual(['mean']);
    expect(await pooling({ word_embedding_dimension: 8 })).toEqual(['mean']);
    expect(
      await pooling({
        ...{ word_embedding_dimension: 8, pooling_mode_lasttoken: true },
        ...{ pooling_mode_mean_tokens: false, pooling_mode_cls_token: true },
      }),
    ).toEqual(['cls', 'last']);
    expect(await pooling({ embedding_dimension: 8, pooling_mode: 'weightedmean' })).toEqual([
      'weighted-mean',
    ]);
    expect(
      await pooling({ embedding_dimension: 8, pooling_mode: ['mean_sqrt_len_tokens', 'max'] }),
    ).toEqual(['mean-sqrt', 'max']);
    await expect(pooling({ embedding_dimension: 8, pooling_mode: 'sum' })).rejects.toThrow(
      /pools by "sum"/,
    );
  });

  it('names the files that it was read from, and counts the width of all its vectors', async () => {
    const found = await layoutOf({
      'modules.json': modules('Transformer', 'Pooling', 'Dense', 'Normalize'),
      '1_Pooling/config.json': { embedding_dimension: 8, pooling_mode: ['cls', 'mean'] },
      '2_Dense/config.json': {
        ...{ in_features: 16, out_features: 4, bias: true },
        activation_function: 'torch.nn.modules.linear.Identity',
      },
      '2_Dense/model.safetensors': '',
      'sentence_bert_config.json': { max_seq_length: 128, do_lower_case: false },
    });
    expect(found).toMatchObject({ dimension: 4, maxTokens: 128 });
    expect(found?.embedding.dense).toEqual([
      { weights: '2_Dense/model.safetensors', activation: 'Identity' },
    ]);
    expect(found?.files).toEqual([
      ...['modules.json', 'sentence_bert_config.json', '1_Pooling/config.json'],
      ...['2_Dense/config.json', '2_Dense/model.safetensors'],
    ]);
  });

  it('takes the prompts for queries and documents, else the default one for both', async () => {
    const prompts = async (config: object) =>
      (
        await layoutOf({
          '1_Pooling/config.json': usual,
          'config_sentence_transformers.json': config,
        })
      )?.embedding.prompts;
    const none = { question: '', passage: '' };
    expect(await prompts({})).toEqual(none);
    expect(await prompts({ prompts: { query: 'q: ', document: null, passage: 'p: ' } })).toEqual({
      ...{ question: 'q: ', passage: 'p: ' },
    });
    expect(await prompts({ prompts: { query: 'q: ' }, default_prompt_name: 'query' })).toEqual({
      ...none,
      question: 'q: ',
    });
    expect(await prompts({ prompts: { all: 'a: ' }, default_prompt_name: 'all' })).toEqual({
      ...{ question: 'a: ', passage: 'a: ' },
    });
    expect(await prompts({ prompts: { sts: 's: ' } })).toEqual(none);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['another module', { 'modules.json': modules('Transformer', 'CNN') }, /module CNN at 1_CNN/],
    ['no transformer', { 'modules.json': modules('StaticEmbedding') }, /begin with a transformer/],
    ['no pooling', { 'modules.json': modules('Transformer') }, /how to pool/],
    ['a missing file', {}, /lacks 1_Pooling\/config\.json/],
    [
      'vectors compared by their length',
      {
        '1_Pooling/config.json': usual,
        'config_sentence_transformers.json': { similarity_fn_name: 'dot' },
      },
      /by "dot"/,
    ],
    [
      'another activation',
      {
        'modules.json': modules('Transformer', 'Pooling', 'Dense'),
        '1_Pooling/config.json': usual,
        '2_Dense/config.json': { in_features: 8, out_features: 8, activation_function: 'x.Y' },
      },
      /layer at 2_Dense that Graft cannot compute \(x\.Y\)/,
    ],
    [
      'weights that only PyTorch reads',
      {
        'modules.json': modules('Transformer', 'Pooling', 'Dense'),
        '1_Pooling/config.json': usual,
        '2_Dense/config.json': { in_features: 8, out_features: 8 },
        '2_Dense/pytorch_model.bin': '',
      },
      /lacks 2_Dense\/model\.safetensors/,
    ],
  ])('is refused by name: %s', async (_name, all, message) => {
    const error: unknown = await layoutOf(all).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(GraphError);
    expect(error).toMatchObject({ code: 'bad-model', message: expect.stringMatching(message) });
  });
});

describe('the description of an ONNX model', () => {
  const base = {
    'config.json': { model_type: 'bert', hidden_size: 8, max_position_embeddings: 512 },
    'tokenizer.json': {},
    'tokenizer_config.json': { model_max_length: 256 },
    'onnx/model.onnx': '',
  };
  const layout = {
    'modules.json': modules('Transformer', 'Pooling'),
    '1_Pooling/config.json': { ...usual, include_prompt: false },
  };

  it('without a layout is as before: mean pooling, every position', async () => {
    const plain = await describeOnnx(filesOf(base));
    expect(plain).toMatchObject({ dimension: 8, contextLength: 512 });
    expect(plain).not.toHaveProperty('embedding');
    expect(plain.files).toHaveLength(4);
  });

  it('reads at most the tokens that the layout, the tokenizer and the positions allow', async () => {
    const tokens = async (own: object) =>
      (await describeOnnx(filesOf({ ...base, ...layout, ...own }))).contextLength;
    expect(await tokens({})).toBe(256);
    expect(await tokens({ 'sentence_bert_config.json': { max_seq_length: 64 } })).toBe(64);
    expect(await tokens({ 'tokenizer_config.json': { model_max_length: 1e30 } })).toBe(512);
    const roberta = { model_type: 'roberta', max_position_embeddings: 514, pad_token_id: 1 };
    expect(await tokens({ 'config.json': roberta, 'tokenizer_config.json': {} })).toBe(512);
    const crossEncoder = {
      ...{ model_type: 'xlm-roberta', architectures: ['XLMRobertaForSequenceClassification'] },
      ...{ max_position_embeddings: 8194, pad_token_id: 1 },
    };
    expect(await tokens({ 'config.json': crossEncoder })).toBe(8192);
  });

  it('may be of an embedder that was made of a language model', async () => {
    const config = { model_type: 'qwen3', architectures: ['Qwen3ForCausalLM'], hidden_size: 8 };
    const decoder = { ...base, 'config.json': config };
    await expect(describeOnnx(filesOf(decoder))).rejects.toThrow(/is a language model/);
    expect(await describeOnnx(filesOf({ ...decoder, ...layout }))).toMatchObject({
      ...{ kind: 'embedder', architecture: 'qwen3' },
    });
  });

  it('holds the layout and its files', async () => {
    const found = await describeOnnx(filesOf({ ...base, ...layout }));
    expect(found.embedding).toEqual({ ...plainLayout, includePrompt: false });
    expect(found.files).toContain('1_Pooling/config.json');
  });
});
