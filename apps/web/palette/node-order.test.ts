import { expect, it } from 'vitest';
import { inOrder } from './node-order.ts';

it.each([
  [['load-files', 'chunk', 'embed', 'index', 'retrieve', 'rerank', 'inject-context']],
  [['base-model', 'prompt', 'generate', 'export-model']],
  [['load-dataset', 'train-lora', 'merge-adapters', 'export-adapter']],
])('stands after what feeds it: %j', (expected) => {
  const types = inOrder.map(({ type }) => type);
  expect(types.filter((type) => expected.includes(type))).toEqual(expected);
});
