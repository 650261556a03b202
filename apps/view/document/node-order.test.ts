import { registry } from '@graft/nodes/definitions';
import { expect, it } from 'vitest';
import { inOrderOfWork } from './node-order.ts';

it.each([
  [['load-files', 'chunk', 'embed', 'index', 'retrieve', 'rerank', 'inject-context']],
  [['base-model', 'prompt', 'generate', 'export-model']],
  [['embed', 'remote-embedder', 'index', 'retrieve', 'rerank', 'remote-reranker']],
  [['load-dataset', 'train-lora', 'merge-adapters', 'export-adapter']],
])('stands after what feeds it: %j', (expected) => {
  const types = inOrderOfWork([...registry.values()]).map(({ type }) => type);
  expect(types.filter((type) => expected.includes(type))).toEqual(expected);
});
