import { emptyGraph, type ModelFacts, type ModelKind, type NodeType } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { afterEach, expect, it } from 'vitest';
import { addPreferredNode, checks } from './lookups.ts';

const facts = (id: string, kind: ModelKind): ModelFacts => ({
  ...{ id, title: id, kind, digest: '0'.repeat(64), architecture: 'llama', format: 'gguf' },
  ...{ contextLength: 64, size: 1 },
});

function typeOf(name: string): NodeType {
  const type = registry.get(name);
  if (type === undefined) throw new Error(`no ${name}`);
  return type;
}

/** The parameters of a new node. */
function paramsOf(type: string): Readonly<Record<string, unknown>> {
  const { graph: added, id } = addPreferredNode(emptyGraph, typeOf(type), { x: 0, y: 0 });
  return added.nodes[id]?.params ?? {};
}

afterEach(() => checks.getState().setModels([]));

it('begins new nodes with the models that the person prefers, in the order of the node', () => {
  const own = paramsOf('rerank');
  checks
    .getState()
    .setModels([
      { ...facts('hf:o/writer:Q8_0', 'language-model'), preferred: true },
      facts('other-writer', 'language-model'),
      { ...facts('scorer', 'cross-encoder'), preferred: true },
    ]);
  expect(paramsOf('base-model')).toEqual({ model: 'hf:o/writer:Q8_0' });
  const rerank = paramsOf('rerank');
  expect(Object.keys(rerank)).toEqual(Object.keys(own));
  expect(rerank).toEqual({ ...own, model: 'scorer' });
});

it('leaves a choice to the node that makes it itself', () => {
  checks.getState().setModels([{ ...facts('vectors', 'embedder'), preferred: true }]);
  expect(paramsOf('retrieve')).toMatchObject({ embedder: '' });
  expect(paramsOf('base-model')).toEqual({ model: 'SmolLM2-135M-Instruct' });
});
