import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheKey, migrateGraph, parseGraph, type GraphNode, type NodeType } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { registry } from '../definitions.gen.ts';
import { passagesSystem, systemOf } from '../kit/asking/definition.ts';
import { generate } from './node.ts';

const read = (): ReturnType<typeof parseGraph> =>
  parseGraph(readFileSync(join(import.meta.dirname, 'fixtures', 'version-1.graft.json'), 'utf8'));
const engines = { onnxruntime: '1', 'llama.cpp': '1', lance: '1', training: '1', remote: '1' };

function keyOf(node: GraphNode | undefined): string {
  const definition = registry.get(node?.type ?? '') as NodeType;
  return cacheKey({
    node: {
      ...{ id: 'x', definition, params: definition.params.parse(node?.params), inputs: {} },
      ...{ sources: [], inputFacets: {}, outputFacets: {} },
    },
    ...{ inputs: { prompts: ['p'] }, sources: [], deviceClass: 'cpu', engines },
  }).value;
}

describe('a graph of version 1', () => {
  it('keeps the keys that it had, so that nothing runs again', () => {
    const { nodes, graphs, experiments } = migrateGraph(read(), registry);
    // Made by the last definitions of version 1.
    const asked = '1f232cec8b0e7f61fff48ea470610d6eafecc6ab316aea1df70fa4554ea52e6d';
    const keys = {
      dataset: '72946a5564fc3b488983024898600527b544c09ab5d221a3b486de2e5cc64e2d',
      none: '1a7aa5c801b02342d83eb51db2d2c2856986ef6a28cdfc037ca0009ad2b38edd',
      own: '5b0674160d8f285c769b296bca95cc433a492f9ab54cb4e640be7fef7ce44f99',
      plain: '75310e67ab23a7a171d4977aa210870c7c2ae7f27bda6e82820de6f71207ba8d',
      reader: asked,
    };
    expect(Object.fromEntries(Object.keys(keys).map((id) => [id, keyOf(nodes[id])]))).toEqual(keys);
    expect(keyOf(graphs?.['inner']?.nodes['generate'])).toBe(asked);
    expect(keyOf(experiments?.['words']?.arms?.['replaced']?.replace?.['plain'])).toBe(asked);
  });

  it('has the old text written into it, and keeps every text of its own', () => {
    const { nodes, experiments } = migrateGraph(read(), registry);
    expect(
      Object.fromEntries(
        Object.entries(nodes).map(([id, { version, params }]) => [id, [version, params['system']]]),
      ),
    ).toEqual({
      dataset: [2, passagesSystem],
      'inject-context': [1, undefined],
      none: [2, ''],
      own: [2, 'Answer briefly.'],
      plain: [2, passagesSystem],
      reader: [2, passagesSystem],
    });
    expect(experiments?.['words']?.vary).toEqual({ 'own.system': ['', 'Answer at length.'] });
  });
});

describe('auto', () => {
  it('speaks of passages only where there are some', () => {
    expect(systemOf(null, true)).toBe(passagesSystem);
    expect(systemOf(null, false)).toBe('');
    for (const has of [true, false]) {
      expect(systemOf('', has)).toBe('');
      expect(systemOf('Answer briefly.', has)).toBe('Answer briefly.');
    }
  });

  it('is the default, and has another key than any text', () => {
    const keys = [{}, { system: '' }, { system: passagesSystem }].map((params) =>
      keyOf({ type: 'generate', version: 2, params }),
    );
    expect(new Set(keys).size).toBe(3);
    expect(generate.params.parse({}).system).toBeNull();
  });
});
