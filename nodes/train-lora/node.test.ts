import { trainableArchitectures, type ModelFacts } from '@graft/graph';
import { architectures, linearKinds } from '@graft/training/architectures';
import { describe, expect, it } from 'vitest';
import { trainLora } from './node.ts';

const parse = (params: object = {}) => trainLora.params.parse(params);
const model = { id: 'm', digest: 'd', architecture: 'llama', contextLength: 2048 };
const check = (facets: object = {}, params: object = {}, facts: Partial<ModelFacts> = {}) =>
  trainLora.check?.(parse(params), { model: { model: { ...model, ...facets } } }, (id) => ({
    ...{ id, title: id, kind: 'language-model', digest: 'd', architecture: 'llama' },
    ...{ format: 'gguf', contextLength: 2048, size: 1, ...facts },
  }));

it('knows the architectures and the modules that the trainer knows', () => {
  const known = architectures.flatMap(({ gguf, modelTypes }) => [gguf, ...modelTypes]);
  expect(new Set(trainableArchitectures)).toEqual(new Set(known));
  const facets = trainLora.facets?.(parse(), {}, () => undefined);
  expect(facets?.['adapter']?.adapter?.targets).toEqual(linearKinds);
});

it('says of the adapter which base it belongs to', () => {
  const params = parse({ rank: 4, targets: ['q_proj', 'v_proj'] });
  expect(trainLora.facets?.(params, { model: { model } }, () => undefined)).toEqual({
    adapter: { adapter: { baseDigest: 'd', targets: ['q_proj', 'v_proj'], rank: 4 } },
  });
});

describe('refuses', () => {
  it('an architecture by name, with those that are known', () => {
    expect(check()).toEqual([]);
    expect(check({ architecture: 'mamba' })).toEqual([
      {
        port: 'model',
        message:
          '"m" has the architecture "mamba", which Graft cannot train. Choose a model with one of llama, mistral, qwen2, qwen3, gemma3, gemma3_text.',
      },
    ]);
  });

  it('a model in ONNX, and rows longer than the model reads', () => {
    expect(check({}, {}, { format: 'onnx' })).toEqual([
      { port: 'model', message: expect.stringContaining('is an ONNX model') },
    ]);
    expect(check({}, { maxLength: 4096 })).toEqual([
      {
        port: 'model',
        param: 'maxLength',
        message: expect.stringContaining('at most 2048 tokens'),
      },
    ]);
  });

  it('a precision that the trainer cannot read, with those to choose', () => {
    const refused = [
      {
        port: 'model',
        message:
          '"m" is in IQ2_M, whose blocks Graft cannot read for training. Choose the model in Q4_K_M, Q8_0 or F16.',
      },
    ];
    expect(check({}, {}, { dtype: 'iq2_m' })).toEqual(refused);
    for (const dtype of ['iq4_xs', 'q5_0', 'q2_k', 'q4_k_m', 'bf16']) {
      expect(check({}, {}, { dtype })).toEqual([]);
    }
  });

  it('a module that no model has, and none at all', () => {
    expect(trainLora.params.safeParse({ targets: ['q_prj'] }).error?.message).toContain('q_proj');
    expect(trainLora.params.safeParse({ targets: [] }).success).toBe(false);
  });
});
