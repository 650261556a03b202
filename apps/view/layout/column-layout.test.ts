import { parseGraph, type Graph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { beforeAll, expect, it } from 'vitest';
import { provideNodeTypes } from '../document/lookups.ts';
import { laidOut } from './column-layout.ts';

beforeAll(async () => {
  provideNodeTypes(registry);
});

function graphOf(edges: readonly string[]): Graph {
  const ids = new Set(edges.flatMap((edge) => edge.match(/[a-z]+(?=\.)/g) ?? []));
  const nodes = Object.fromEntries(
    [...ids].map((id) => [id, { type: 'embed', version: 1, params: {} }]),
  );
  return parseGraph(JSON.stringify({ graft: 1, nodes, edges }));
}

it('puts every node right of what it depends on, and none on another', () => {
  const graph = graphOf(['a.x -> b.x', 'a.x -> c.x', 'b.x -> d.x', 'c.x -> d.x', 'e.x -> d.x']);
  const places = laidOut(graph).layout;
  for (const { source, target } of graph.edges) {
    expect(places[target]?.x).toBeGreaterThan(places[source]?.x ?? Infinity);
  }
  const spots = Object.values(places).map(({ x, y }) => `${x} ${y}`);
  expect(new Set(spots).size).toBe(5);
  expect(places['e']?.x).toBe(places['c']?.x);
});

it('places the nodes of a circle too', () => {
  const graph = graphOf(['a.x -> b.x', 'b.x -> a.x']);
  expect(Object.keys(laidOut(graph).layout).sort()).toEqual(['a', 'b']);
});

it('puts chains that do not hang together beside and below each other, none on another', () => {
  const names = Array.from(
    { length: 30 },
    (_, n) => `c${String.fromCharCode(97 + (n % 26))}${n < 26 ? '' : 'x'}`,
  );
  const graph = graphOf(names.map((name) => `${name}s.x -> ${name}t.x`));
  const places = Object.values(laidOut(graph).layout);
  const width = Math.max(...places.map(({ x }) => x)) + 206;
  const height = Math.max(...places.map(({ y }) => y)) + 150;
  expect(width / height).toBeGreaterThan(0.8);
  expect(width / height).toBeLessThan(2.5);
  for (const [index, { x, y }] of places.entries())
    for (const other of places.slice(index + 1))
      expect(Math.abs(x - other.x) >= 206 || Math.abs(y - other.y) >= 100).toBe(true);
});

const node = (type: string) => ({ type, version: 1, params: {} });
const nodes = { files: node('load-files'), chunk: node('chunk'), embed: node('embed') };
const edges = ['files.documents -> chunk.documents', 'chunk.chunks -> embed.chunks'];

it('lays out a file that has no places', () => {
  const graph = laidOut(parseGraph(JSON.stringify({ graft: 1, nodes, edges })));
  const spots = Object.values(graph.layout).map(({ x, y }) => `${x} ${y}`);
  expect(new Set(spots).size).toBe(3);
});

it('keeps the places that there are, and puts the others below', () => {
  const layout = { files: [7, 9] };
  const graph = laidOut(parseGraph(JSON.stringify({ graft: 1, nodes, edges, layout })));
  expect(graph.layout['files']).toEqual({ x: 7, y: 9 });
  for (const id of ['chunk', 'embed']) expect(graph.layout[id]?.y).toBeGreaterThan(100);
  expect(laidOut(graph)).toBe(graph);
});
