import type { ModelFacts, PortFacets } from '@graft/graph';
import { expect, it } from 'vitest';
import { askingClashes } from './definition.ts';

const model = { id: 'small', architecture: 'llama', contextLength: 1024 };
function clashes(
  params: { readonly context: number; readonly maxTokens: number },
  inputs: PortFacets = { model: { model } },
  format: ModelFacts['format'] = 'gguf',
) {
  return askingClashes({ params, one: 'An answer' }, inputs, (id) => ({
    ...{ id, title: id, kind: 'language-model', digest: 'd', architecture: 'llama', format },
    ...{ contextLength: 1024, size: 1 },
  }));
}

it('refuses a format, a context and answers that cannot be, and names each', () => {
  expect(clashes({ context: 1024, maxTokens: 1023 })).toEqual([]);
  expect(clashes({ context: 1024, maxTokens: 64 }, undefined, 'onnx')).toEqual([
    {
      port: 'model',
      message: '"small" has the format onnx, but this node needs GGUF. Choose a model in GGUF.',
    },
  ]);
  expect(clashes({ context: 2048, maxTokens: 2048 })).toEqual([
    {
      ...{ port: 'model', param: 'context' },
      message: '"small" reads at most 1024 tokens. Set the context to that or less.',
    },
    {
      param: 'maxTokens',
      message:
        'An answer of 2048 tokens leaves no room for a prompt in a context of 2048 tokens. Lower max tokens, or raise the context.',
    },
  ]);
});

it('asks nothing of the format of a model that is elsewhere, or not connected yet', () => {
  const asking = { url: 'http://127.0.0.1:11434/v1', parallel: 4, timeout: 60, retries: 0 };
  const remote = { model: { model: { ...model, remote: asking } } };
  expect(clashes({ context: 1024, maxTokens: 64 }, remote, 'onnx')).toEqual([]);
  expect(clashes({ context: 1025, maxTokens: 64 }, remote, 'onnx')).toMatchObject([
    { param: 'context' },
  ]);
  expect(clashes({ context: 99_999, maxTokens: 64 }, {}, 'onnx')).toEqual([]);
});
