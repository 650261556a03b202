import { describe, expect, it } from 'vitest';
import { GraphError } from '../base/errors.ts';
import { parseGraph } from '../format/parse-graph.ts';
import { planGraph } from './plan-graph.ts';
import { testModels, testRegistry } from '../testing.ts';

const models = testModels;
const text = (nodes: object, edges: readonly string[] = []): string =>
  JSON.stringify({ graft: 1, nodes, edges });
const number = (value: number): object => ({ type: 'number', version: 1, params: { value } });
const double = { type: 'double', version: 2, params: {} };
const add = { type: 'add', version: 1, params: {} };

describe('planGraph', () => {
  it('orders by depth, then id, fills defaults in and lists the feeds of each input', () => {
    const graph = parseGraph(
      text({ sum: add, b: number(2), a: number(1), twice: double }, [
        'twice.value -> sum.terms',
        'a.value -> twice.value',
        'b.value -> sum.terms',
      ]),
    );
    const plan = planGraph(graph, testRegistry, { models });
    expect(plan.nodes.map(({ id }) => id)).toEqual(['a', 'b', 'twice', 'sum']);
    expect(plan.nodes[2]?.params).toEqual({ factor: 2, threads: 1 });
    expect(plan.nodes[3]?.inputs).toEqual({
      terms: [
        { node: 'b', port: 'value' },
        { node: 'twice', port: 'value' },
      ],
    });
  });

  it('carries facets and sources', () => {
    const graph = parseGraph(
      text(
        {
          read: { type: 'read', version: 1 },
          split: { type: 'split', version: 1 },
          embed: { type: 'vectors', version: 1 },
          shelf: { type: 'shelf', version: 1 },
        },
        [
          'read.documents -> split.documents',
          'split.chunks -> embed.chunks',
          'embed.vectors -> shelf.vectors',
        ],
      ),
    );
    const { nodes } = planGraph(graph, testRegistry, { models });
    const [read, , embed, shelf] = nodes;
    expect(read?.sources).toEqual([{ kind: 'files', patterns: ['*.txt'], param: 'files' }]);
    expect(embed?.sources).toEqual([{ kind: 'model', id: 'tiny-embedder', param: 'model' }]);
    const embedder = { model: 'tiny-embedder', digest: '1'.repeat(64), dimension: 384 };
    expect(shelf?.inputFacets).toEqual({ vectors: { embedder } });
    expect(shelf?.outputFacets).toEqual({ index: { embedder } });
  });

  it('keeps one node and what it needs, and ignores problems elsewhere', () => {
    const graph = parseGraph(
      text({ a: number(1), b: double, c: double, odd: { type: 'nothing', version: 1 } }, [
        'a.value -> b.value',
        'odd.out -> c.value',
      ]),
    );
    const plan = planGraph(graph, testRegistry, { models, only: 'b' });
    expect(plan.nodes.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(() => planGraph(graph, testRegistry, { models, only: 'bb' })).toThrow(
      'There is no node "bb". Did you mean "b"?',
    );
  });

  it('throws one error with every problem', () => {
    const graph = parseGraph(
      text({ a: { ...number(1), params: { valeu: 1 } }, b: double }),
      'x.graft.json',
    );
    try {
      planGraph(graph, testRegistry, { models, file: 'x.graft.json' });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(GraphError);
      const { problems } = GraphError.from(error);
      expect(problems.map(({ code, location }) => ({ code, ...location }))).toEqual([
        { code: 'unknown-param', file: 'x.graft.json', node: 'a', param: 'valeu' },
        { code: 'missing-input', file: 'x.graft.json', node: 'b', port: 'value' },
      ]);
    }
  });

  it('plans a chain of 5,000 nodes', () => {
    const nodes: Record<string, object> = { n0: number(1) };
    const edges: string[] = [];
    for (let i = 1; i < 5000; i++) {
      nodes[`n${i}`] = double;
      edges.push(`n${i - 1}.value -> n${i}.value`);
    }
    const plan = planGraph(parseGraph(text(nodes, edges)), testRegistry, { models });
    expect(plan.nodes).toHaveLength(5000);
    expect(plan.nodes.at(-1)?.id).toBe('n4999');
  });
});
