import { parseGraph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { beforeAll, expect, it } from 'vitest';
import { provideNodeTypes } from '../document/lookups.ts';
import { laidOut } from './missing-places.ts';

beforeAll(async () => {
  provideNodeTypes(registry);
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
