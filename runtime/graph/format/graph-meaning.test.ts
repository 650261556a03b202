import { describe, expect, it } from 'vitest';
import type { Graph } from './graph.ts';
import { meaningDigest } from './graph-meaning.ts';
import { parseGraph } from './parse-graph.ts';
import { serializeGraph } from './serialize-graph.ts';

const written = {
  graft: 1,
  nodes: { a: { type: 'double', version: 2, title: 'A', params: { factor: 2 } } },
  edges: ['in.value -> a.value'],
  expose: { by: 'a.factor' },
  graphs: {
    inner: { nodes: { b: { type: 'number', version: 1 } }, edges: [], layout: { b: [1, 2] } },
  },
  experiments: { sizes: { vary: { 'a.factor': [1, 2] } } },
  lock: { files: { x: '1' } },
  layout: { a: [0, 0] },
};
const graphOf = (changes: object = {}): Graph =>
  parseGraph(JSON.stringify({ ...written, ...changes }));
const inner = { type: 'number', version: 1 };

describe('what a graph means', () => {
  it('is told by no place, title, lock, experiment or way of writing', () => {
    const same = [
      { layout: { a: [90, 10] } },
      { layout: {} },
      { nodes: { a: { ...written.nodes.a, title: 'Something else' } } },
      { lock: {}, experiments: {} },
      { graphs: { inner: { nodes: { b: { ...inner, title: 'B' } }, edges: [], layout: {} } } },
    ];
    const digest = meaningDigest(graphOf());
    for (const changes of same) expect(meaningDigest(graphOf(changes))).toBe(digest);
    expect(meaningDigest(parseGraph(serializeGraph(graphOf())))).toBe(digest);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is another with another node, parameter, edge, exposure, subgraph or unknown field', () => {
    const others = [
      {},
      { nodes: { a: { ...written.nodes.a, params: { factor: 3 } } } },
      { nodes: { a: { ...written.nodes.a, bypass: true } } },
      { edges: [] },
      { expose: { by: { param: 'a.factor', title: 'By' } } },
      { graphs: { inner: { nodes: { b: inner, c: inner }, edges: [] } } },
      { note: 'from a newer version' },
    ];
    const digests = others.map((changes) => meaningDigest(graphOf(changes)));
    expect(new Set(digests).size).toBe(others.length);
  });
});
