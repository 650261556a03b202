import { describe, expect, it } from 'vitest';
import { parseGraph } from '../format/parse-graph.ts';
import { serializeGraph } from '../format/serialize-graph.ts';
import { usedFiles } from '../format/used-graphs.ts';
import type { Graph } from '../format/graph.ts';
import { planGraph } from '../plan/plan-graph.ts';
import { testModels as models, testRegistry as registry } from '../testing.ts';
import { extractSubgraph } from './extract-subgraph.ts';
import { inlineSubgraph } from './inline-subgraph.ts';
import { makeSubgraph } from './make-subgraph.ts';
import { renamePort } from './rename-port.ts';

const node = (type: string, params: object = {}): object => ({
  ...{ type, params },
  version: registry.get(type)?.version ?? 1,
});
const body = {
  nodes: {
    in: node('input', { name: 'open' }),
    d: node('double'),
    out: node('output', { name: 'open' }),
    seen: node('output', { name: 'seen' }),
  },
  edges: ['in.value -> d.value', 'd.value -> out.value', 'd.value -> seen.value'],
};
const parse = (value: object): Graph => parseGraph(JSON.stringify({ graft: 1, ...value }));
const looped = parse({
  nodes: {
    n: node('number', { value: 3 }),
    r: node('repeat', { use: '#body', while: 'open', collect: ['seen'], limit: 3 }),
    after: node('double'),
  },
  edges: ['n.value -> r.open', 'r.seen -> after.value'],
  graphs: { body },
});
const isSound = (graph: Graph, graphs: Record<string, Graph> = {}): boolean =>
  planGraph(graph, registry, { models, graphs: (path) => graphs[path] }).nodes.some(
    ({ loop }) => loop !== undefined,
  );

describe('a loop', () => {
  it('follows a port of its graph that gets another name, with what it says of it', () => {
    const seen = { at: 'body', node: 'seen', name: 'gone' };
    const renamed = renamePort(looped, seen, { registry });
    expect(renamed.nodes).toEqual(['seen']);
    expect(renamed.graph.nodes['r']?.params).toMatchObject({ while: 'open', collect: ['gone'] });
    expect(renamed.graph.edges.map(({ sourcePort }) => sourcePort)).toContain('gone');
    expect(isSound(renamed.graph)).toBe(true);
  });

  it.each([
    ['input', 'in', 'out'],
    ['output', 'out', 'in'],
  ])('keeps its state together when its %s gets another name', (_side, node, twin) => {
    const left = { at: 'body', node, name: 'left' };
    const { graph, nodes } = renamePort(looped, left, { registry });
    expect(nodes).toEqual([node, twin]);
    const named = graph.graphs?.['body']?.nodes ?? {};
    for (const id of ['in', 'out']) {
      expect(named[id]?.params).toMatchObject({ name: 'left', formerly: ['open'] });
    }
    expect(graph.nodes['r']?.params).toMatchObject({ while: 'left' });
    expect(graph.edges.map(({ targetPort }) => targetPort)).toContain('left');
    expect(isSound(graph)).toBe(true);
    expect(renamePort(graph, left, { registry }).nodes).toEqual([]);
  });

  it('is refused a name that another of its outputs has, before anything is renamed', () => {
    const taken = { at: 'body', node: 'in', name: 'seen' };
    expect(() => renamePort(looped, taken, { registry })).toThrow('The name "seen" is taken');
  });

  it('alone has a state: what an ordinary subgraph takes and gives is renamed apart', () => {
    const params = { use: '#body' };
    const used = parse({
      nodes: { n: node('number'), g: node('graph', params) },
      edges: ['n.value -> g.open'],
      graphs: { body },
    });
    const { graph, nodes } = renamePort(
      used,
      { at: 'body', node: 'in', name: 'left' },
      { registry },
    );
    expect(nodes).toEqual(['in']);
    expect(graph.graphs?.['body']?.nodes['out']?.params).toEqual({ name: 'open' });
  });

  it('of another file follows by the names that its ports had', () => {
    const lib = parse({
      nodes: {
        in: node('input', { name: 'left', formerly: ['open'] }),
        d: node('double'),
        out: node('output', { name: 'left', formerly: ['open'] }),
        seen: node('output', { name: 'gone', formerly: ['seen'] }),
      },
      edges: body.edges,
    });
    const r = { type: 'repeat', version: 1 };
    const params = { use: 'lib.graft.json', while: 'open', collect: ['seen'] };
    const user = parse({
      nodes: { n: node('number'), r: { ...r, params }, after: node('double') },
      edges: ['n.value -> r.open', 'r.seen -> after.value'],
    });
    expect(usedFiles(user)).toEqual(['lib.graft.json']);
    const { nodes } = planGraph(user, registry, { models, graphs: () => lib });
    expect(nodes[1]).toMatchObject({
      id: 'r',
      params: { while: 'left', collect: ['gone'] },
      loop: { while: 'left', state: ['left'] },
    });
    expect(nodes[1]?.loop?.gather).toHaveProperty('gone');
  });

  it('is not put in its own place', () => {
    const put = (): unknown => inlineSubgraph(looped, { node: 'r' }, { registry });
    expect(put).toThrow(expect.objectContaining({ code: 'bad-input', location: { node: 'r' } }));
    expect(put).toThrow(/runs them many times/);
  });

  it('goes into a subgraph, comes out again, and has its graph extracted', () => {
    const nodes = new Set(['r', 'after']);
    const made = makeSubgraph(looped, { nodes, name: 'part' }, { registry });
    const planned = planGraph(made.graph, registry, { models }).nodes;
    expect(planned.find(({ id }) => id === `${made.node}/r`)?.loop?.path).toBe(`${made.node}/r`);
    const back = inlineSubgraph(made.graph, { node: made.node }, { registry });
    expect(isSound(back.graph)).toBe(true);
    const { graph, file } = extractSubgraph(looped, 'body', 'lib/body.graft.json');
    expect(graph.nodes['r']?.params['use']).toBe('lib/body.graft.json');
    expect(isSound(graph, { 'lib/body.graft.json': file })).toBe(true);
  });

  it('is written as it was read', () => {
    expect(serializeGraph(parseGraph(serializeGraph(looped)))).toBe(serializeGraph(looped));
  });
});
