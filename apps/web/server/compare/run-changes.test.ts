import { emptyGraph, serializeGraph, type Graph, type RunRecord } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { MemoryArtifactStore } from '@graft/store/testing';
import { expect, it } from 'vitest';
import { changesOf, runChanges } from './run-changes.ts';

const node = (type: string, params = {}) => ({ type, version: 1, params });
const edge = (source: string, target: string) => ({
  ...{ source, sourcePort: 'chunks', target, targetPort: 'chunks' },
});
const graph = (part: Partial<Graph>): Graph => ({ ...emptyGraph, ...part });
const changes = (before: Partial<Graph>, after: Partial<Graph>): readonly string[] =>
  changesOf(graph(before), graph(after), registry);

it('says by their titles what was set otherwise, defaults included', () => {
  const cut = (params: object) => ({ nodes: { cut: node('chunk', params) } });
  expect(changes(cut({ size: 256 }), cut({ size: 64 }))).toEqual(['Chunk: size 256 → 64']);
  const size = registry.get('chunk')?.params.parse({})['size'];
  expect(changes(cut({}), cut({ size: 7 }))).toEqual([`Chunk: size ${String(size)} → 7`]);
  expect(changes(cut({}), cut({ size }))).toEqual([]);
  const long = 'a text\nthat is much longer than a line of a list has room for';
  expect(changes(cut({ x: '' }), cut({ x: long }))).toEqual([
    'Chunk: x empty → a text that is much lon…',
  ]);
});

it('says which nodes came, went and were switched off, and counts what else is connected', () => {
  const before = { a: node('chunk'), b: node('embed'), c: node('index') };
  const after = {
    a: node('chunk'),
    c: { ...node('index'), bypass: true as const },
    d: node('chunk'),
  };
  expect(
    changes(
      { nodes: before, edges: [edge('a', 'b'), edge('a', 'c')] },
      { nodes: after, edges: [edge('a', 'd'), edge('c', 'a')] },
    ),
  ).toEqual(['Chunk (d) added', 'Embed removed', 'Index switched off', '2 connections changed']);
});

it('says what changed within a subgraph and in the files that it is locked to, not what only looks otherwise', () => {
  const body = (size: number) => ({
    nodes: { cut: node('chunk', { size }) },
    edges: [],
    layout: {},
  });
  const lock = (digest: string) => ({ ...emptyGraph.lock, files: { 'docs/a.md': { digest } } });
  expect(
    changes(
      { graphs: { reader: body(5) }, lock: lock('a'.repeat(64)) },
      { graphs: { reader: body(6) }, lock: lock('b'.repeat(64)) },
    ),
  ).toEqual(['in reader: Chunk: size 5 → 6', 'docs/a.md changed']);
  const nodes = { a: node('chunk') };
  expect(
    changes(
      { nodes, layout: { a: { x: 0, y: 0 } } },
      { nodes: { a: { ...node('chunk'), title: 'Pieces' } }, layout: { a: { x: 9, y: 9 } } },
    ),
  ).toEqual([]);
});

it('compares with the run of the saved file before, not with one that was given something else for once', async () => {
  const artifacts = new MemoryArtifactStore();
  const ran = async (id: string, size: number, scope?: string): Promise<RunRecord> => {
    const text = serializeGraph(graph({ nodes: { cut: node('chunk', { size }) } }));
    const { digest } = await artifacts.put([Buffer.from(text)]);
    const run = { id, file: 'a.graft.json', status: 'succeeded', startedAt: 0, owner: '' } as const;
    return { ...run, graph: digest, ...(scope === undefined ? {} : { scope }) };
  };
  const runs = [await ran('c', 3), await ran('b', 2, 'a question'), await ran('a', 1)];
  expect(await runChanges({ artifacts, registry }, runs)).toEqual({
    c: ['Chunk: size 1 → 3'],
    b: ['Chunk: size 1 → 2'],
  });
});
