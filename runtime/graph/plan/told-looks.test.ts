import { describe, expect, it } from 'vitest';
import { parseGraph } from '../format/parse-graph.ts';
import { createRegistry } from '../types/registry.ts';
import { structuralTypes } from '../types/structure-nodes.ts';
import { structureOf } from '../types/structure-names.ts';
import { GraphError } from '../base/errors.ts';
import { doubleNode, numberNode } from '../testing.ts';
import { tellLooks } from './told-looks.ts';

const registry = createRegistry([numberNode, doubleNode]);
const number = { type: 'number', version: numberNode.version, params: {} };
const file = (nodes: object, graphs: object = {}) =>
  parseGraph(JSON.stringify({ graft: 1, nodes, graphs }));
const use = (name: string) => ({ type: 'graph', version: 1, params: { use: name } });

describe('what the nodes of a file look like', () => {
  it('is told as plain data, each look once', () => {
    const told = tellLooks(file({ a: number, b: number }), { registry });
    expect(JSON.parse(JSON.stringify(told))).toEqual(told);
    expect(told?.looks).toHaveLength(1);
    expect(told?.looks[0]).toMatchObject({ type: 'number', title: numberNode.title });
    expect(Object.keys(told?.looks[0]?.outputs ?? {})).toEqual(Object.keys(numberNode.outputs));
    expect(told?.nodes['']?.['a']).toEqual({
      look: 0,
      facts: numberNode.summary(numberNode.params.parse({})),
    });
  });

  it('has no facts where the parameters are wrong, and nothing of an unknown type', () => {
    const wrong = { ...number, params: { nonsense: 1 } };
    const told = tellLooks(file({ wrong, gone: { type: 'gone', version: 1 } }), { registry });
    expect(told?.nodes['']).toEqual({ wrong: { look: 0, facts: [] } });
  });

  it('has the ports that a graph gives, of this file and of another, within subgraphs too', () => {
    const output = { type: 'output', version: 1, params: { name: 'sum' } };
    const inner = { nodes: { number, output }, edges: ['number.value -> output.value'] };
    const other = parseGraph(JSON.stringify({ graft: 1, ...inner }));
    const graph = file({ own: use('#inner'), other: use('b.graft.json') }, { inner });
    const told = tellLooks(graph, {
      registry,
      graphs: (path) => (path === 'b.graft.json' ? other : new GraphError('missing-file', path)),
    });
    for (const id of ['own', 'other']) {
      const look = told?.looks[told.nodes['']?.[id]?.look ?? -1];
      expect(look?.outputs['sum']?.type.id).toBe(numberNode.outputs.value.type.id);
      expect(look?.structure).toBe('graph');
    }
    expect(Object.keys(told?.nodes['inner'] ?? {})).toEqual(['number', 'output']);
  });

  it('is not told of a file that has to be migrated first', () => {
    const newer = { ...numberNode, version: 2, migrations: [older] };
    const told = tellLooks(file({ number }), { registry: createRegistry([newer]) });
    expect(told).toBeUndefined();
  });
});
const older = { from: 1, name: 'as it was', params: (params: object) => ({ ...params }) };

it('what shapes a graph is known by its type alone', () => {
  for (const { type, structure } of structuralTypes) expect(structureOf(type)).toBe(structure);
  expect(structureOf('chunk')).toBeUndefined();
});
