import { describe, expect, it } from 'vitest';
import { connectionVerdict } from './connection-verdict.ts';
import { parseEdge } from '../format/edge.ts';
import { connect } from '../compose/graph-edit.ts';
import { parseGraph } from '../format/parse-graph.ts';
import { testModels, testRegistry } from '../testing.ts';

const context = { registry: testRegistry, models: testModels };
const graph = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: {
      a: { type: 'number', version: 1 },
      b: { type: 'double', version: 2 },
      sum: { type: 'add', version: 1 },
      read: { type: 'read', version: 1 },
      split: { type: 'split', version: 1 },
      embed: { type: 'vectors', version: 1 },
      wide: { type: 'vectors', version: 1, params: { model: 'wide-embedder' } },
      shelf: { type: 'shelf', version: 1 },
      other: { type: 'shelf', version: 1 },
      find: { type: 'look-up', version: 1 },
      odd: { type: 'unheard-of', version: 1 },
    },
    edges: [
      'a.value -> b.value',
      'b.value -> sum.terms',
      'read.documents -> split.documents',
      'wide.vectors -> other.vectors',
      'shelf.index -> find.index',
    ],
  }),
);
const reason = (edge: string, of = graph): string => {
  const verdict = connectionVerdict(of, parseEdge(edge), context);
  return verdict.ok ? '' : verdict.reason;
};

describe('connectionVerdict', () => {
  it.each([
    'a.value -> sum.terms',
    'split.chunks -> embed.chunks',
    'embed.vectors -> shelf.vectors',
    'sum.sum -> find.questions',
    'odd.out -> find.questions',
    'a.value -> odd.in',
    // Not at "shelf" but below it, which is shown there and can be mended by drawing on.
    'wide.vectors -> shelf.vectors',
  ])('allows %s', (edge) => {
    expect(reason(edge)).toBe('');
  });

  it.each([
    ['a.value -> nowhere.x', 'There is no node "nowhere".'],
    ['nowhere.x -> b.value', 'There is no node "nowhere".'],
    ['a.constructor -> sum.terms', 'no output "constructor"'],
    ['a.value -> split.documents', 'takes documents, but the connection brings questions'],
    ['read.documents -> embed.chunks', 'Put "Split" between them.'],
    ['sum.sum -> b.value', 'already connected to value of “Number”'],
    ['a.value -> b.value', 'already connected'],
    ['sum.sum -> sum.terms', 'cannot be its own input'],
    ['other.index -> find.index', 'already connected to index of “Shelf” (shelf)'],
    ['embed.vectors -> other.vectors', 'cannot be mixed'],
  ])('refuses %s and says why', (edge, why) => {
    expect(reason(edge)).toContain(why);
  });

  it('refuses a circle', () => {
    const sums = parseGraph(
      '{"graft":1,"nodes":{"s":{"type":"add","version":1},"t":{"type":"add","version":1}},"edges":["s.sum -> t.terms"]}',
    );
    expect(reason('t.sum -> s.terms', sums)).toContain('would form a cycle');
  });

  it('does not blame an edge for a clash that was there before', () => {
    const clashing = connect(graph, parseEdge('wide.vectors -> shelf.vectors'));
    expect(reason('sum.sum -> find.questions', clashing)).toBe('');
  });

  it('answers for the far end of a chain of 1,000 nodes', () => {
    const nodes: Record<string, object> = { n0: { type: 'number', version: 1 } };
    const edges: string[] = [];
    for (let i = 1; i < 1000; i++) {
      nodes[`n${i}`] = { type: 'add', version: 1 };
      edges.push(`n${i - 1}.${i === 1 ? 'value' : 'sum'} -> n${i}.terms`);
    }
    const chain = parseGraph(JSON.stringify({ graft: 1, nodes, edges }));
    const edge = parseEdge('n1.sum -> n999.terms');
    expect(connectionVerdict(chain, edge, context).ok).toBe(true);
  });
});
