import { registry } from '@graft/nodes/definitions';
import { beforeAll, expect, it } from 'vitest';
import { provideRegistry } from '../state/registry.ts';
import { inOrder } from './node-order.ts';

beforeAll(() => provideRegistry(registry));

it.each([
  [['load-files', 'chunk', 'embed', 'index', 'retrieve', 'rerank', 'inject-context']],
  [['base-model', 'prompt', 'generate', 'export-model']],
  [['load-dataset', 'train-lora', 'merge-adapters', 'export-adapter']],
])('stands after what feeds it: %j', (expected) => {
  const types = inOrder().map(({ type }) => type);
  expect(types.filter((type) => expected.includes(type))).toEqual(expected);
});
