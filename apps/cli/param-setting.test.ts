import { defineNode, GraphError, noLock, type Graph, type Registry, noGraphs } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { applySettings, parseSetting } from './param-setting.ts';

const definition = defineNode({
  type: 'chunk',
  version: 1,
  implementation: 1,
  title: 'Chunk',
  group: 'retrieval',
  doc: '',
  inputs: {},
  outputs: {},
  params: z.strictObject({
    size: z.int().default(400),
    template: z.string().default(''),
    paths: z.array(z.string()).default([]),
  }),
  summary: () => [],
  caching: 'pure',
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
const registry: Registry = new Map([['chunk', definition]]);
const graph: Graph = {
  nodes: { 'chunk-1': { type: 'chunk', version: 1, params: { size: 1 } } },
  edges: [],
  lock: noLock,
  layout: {},
};
const set = (...settings: string[]): Readonly<Record<string, unknown>> | undefined =>
  applySettings(graph, settings.map(parseSetting), { registry, graphs: noGraphs }).nodes['chunk-1']
    ?.params;
const thrown = (run: () => unknown): GraphError => {
  try {
    run();
  } catch (error) {
    if (error instanceof GraphError) return error;
  }
  throw new Error('no GraphError was thrown');
};

describe('--set', () => {
  it('reads JSON where the parameter takes it, and text otherwise', () => {
    expect(set('chunk-1.size=256')).toEqual({ size: 256 });
    expect(set('chunk-1.template=42')).toEqual({ size: 1, template: '42' });
    expect(set('chunk-1.template=a = b\n"c"')).toEqual({ size: 1, template: 'a = b\n"c"' });
    expect(set('chunk-1.paths=["a","b"]', 'chunk-1.size=2')).toEqual({
      size: 2,
      paths: ['a', 'b'],
    });
  });

  it('leaves a value that fits neither way to validation', () => {
    expect(set('chunk-1.size=many')).toEqual({ size: 'many' });
  });

  it('leaves the graph it was given as it was', () => {
    set('chunk-1.size=256');
    expect(graph.nodes['chunk-1']?.params).toEqual({ size: 1 });
  });

  it('names what it does not know, and suggests', () => {
    const node = thrown(() => set('chunk-2.size=1'));
    expect([node.code, node.location, node.message]).toEqual([
      'unknown-node',
      { node: 'chunk-2' },
      expect.stringContaining('Did you mean "chunk-1"?'),
    ]);
    const param = thrown(() => set('chunk-1.sise=1'));
    expect([param.code, param.location, param.message]).toEqual([
      'unknown-param',
      { node: 'chunk-1', param: 'sise' },
      expect.stringContaining('Did you mean "size"?'),
    ]);
    expect(thrown(() => set('chunk-1.zzzzzzz=1')).message).toContain('size, template, paths');
  });

  it.each(['chunk-1', 'chunk-1=3', 'size=3', '.size=3', 'a b.size=1'])('refuses %j', (text) => {
    expect(thrown(() => parseSetting(text)).message).toContain('Write node.param=value');
  });
});
