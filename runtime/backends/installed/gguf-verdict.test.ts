import { ggufHeaderOf } from '@graft/kit';
import { describe, expect, it } from 'vitest';
import { ggufOf } from '../testing/other-tools.ts';
import { judgeGguf, type GgufVerdict } from './gguf-verdict.ts';

function verdictOf(...of: Parameters<typeof ggufOf>): Promise<GgufVerdict> {
  const bytes = ggufOf(...of);
  const read = (offset: number, count: number): Promise<Uint8Array> =>
    Promise.resolve(bytes.subarray(offset, offset + count));
  return ggufHeaderOf({ path: 'm.gguf', size: bytes.length, read }).then(judgeGguf);
}

const epsilon = { 'gemma3.attention.layer_norm_rms_epsilon': 1 };
const sections = { 'qwen3vl.rope.dimension_sections': 1 };

it.each([
  ['llama', {}, ['token_embd.weight', 'blk.0.attn_v.weight', 'output_norm.weight']],
  ['qwen3', {}, ['w']],
  ['gpt-oss', {}, ['w']],
  ['gemma3', epsilon, ['w']],
  ['gemma3n', {}, ['token_embd.weight', 'per_layer_token_embd.weight']],
  ['lfm2', {}, ['token_embd_norm.weight']],
  ['qwen3vl', sections, ['w']],
] as const)('llama.cpp runs a plain file of %s', async (architecture, values, tensors) => {
  expect(await verdictOf(architecture, values, tensors)).toEqual({ kind: 'model' });
});

describe('recognises by its header a model that Ollama patches in memory', () => {
  it.each([
    ['gptoss', {}, ['w']],
    ['qwen25vl', {}, ['w']],
    ['olmo3', {}, ['w']],
    ['gemma3', {}, ['w']],
    ['gemma3', { ...epsilon, 'gemma3.rope.global.freq_base': 1 }, ['w']],
    ['gemma3', epsilon, ['w', 'v.blk.0.attn_q.weight']],
    ['gemma3', epsilon, ['dense.0.weight']],
    ['gemma4', {}, ['a.blk.0.weight']],
    ['gemma4', { 'tokenizer.ggml.model': 'llama' }, ['w']],
    ['mistral3', {}, ['mm.1.weight']],
    ['lfm2', {}, ['output_norm.weight']],
    ['qwen35', {}, ['mtp.0.weight']],
    ['qwen35moe', { 'qwen35moe.vision.block_count': 1 }, ['w']],
    ['qwen3next', {}, ['blk.0.ssm_dt']],
    ['qwen3vl', {}, ['w']],
  ] as const)('%s %j %j', async (architecture, values, tensors) => {
    expect(await verdictOf(architecture, values, tensors)).toEqual({
      kind: 'unusable',
      why: 'Ollama keeps it in a form of its own; get the same model in GGUF from the hub.',
    });
  });
});

it('names an architecture that llama.cpp lacks', async () => {
  expect(await verdictOf('constructor')).toMatchObject({
    why: 'Graft’s llama.cpp does not know its architecture, "constructor".',
  });
  expect(await verdictOf('x'.repeat(5_000))).toMatchObject({ kind: 'unusable' });
});

it.each([
  ['nomic-bert', {}],
  ['qwen3', { 'qwen3.pooling_type': 3 }],
] as const)('%s %j is a model', async (architecture, values) => {
  expect(await verdictOf(architecture, values)).toEqual({ kind: 'model' });
});

it.each([
  ['clip', {}],
  ['llama', { 'general.type': 'adapter' }],
  ['llama', { 'general.type': 'mmproj' }],
] as const)('%s %j is nothing to list', async (architecture, values) => {
  expect(await verdictOf(architecture, values)).toEqual({ kind: 'other' });
});
