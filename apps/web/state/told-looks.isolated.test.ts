import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseGraph, tellLooks, type Graph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { beforeEach, expect, it, vi } from 'vitest';
import { nodeHeight } from '../canvas/card-size.ts';
import { useDocument } from './document-store.ts';
import { lookOf, nodeFacts } from './node-shape.ts';
import { paramTitle, titleAmong, untitled } from './node-titles.ts';
import { loadNodeTypes, provideNodeTypes, withNodeTypes } from './registry.ts';
import { takeLooks } from './told-looks.ts';
import { useUsedGraphs } from './used-graphs.ts';

vi.mock('../api/client.ts', () => ({ api: {}, queries: {}, queryClient: {} }));

const examples = join(import.meta.dirname, '../../../examples');
const files = readdirSync(examples, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.graft.json') && !path.split('/').includes('.graft'))
  .map((path) => path.replaceAll('\\', '/'))
  .sort();
const read = (path: string): Graph | undefined =>
  files.includes(path) ? parseGraph(readFileSync(join(examples, path), 'utf8'), path) : undefined;

/** What a card shows of each node of a file and of its subgraphs, and what else is drawn by. */
function cards(graph: Graph) {
  return [graph, ...Object.values(graph.graphs ?? {})].flatMap((body) =>
    Object.entries(body.nodes).map(([id, node]) => {
      const { title, group, structure, inputs = {}, outputs = {} } = lookOf(node) ?? {};
      const ports = Object.entries({ ...inputs, ...outputs }).map(([name, port]) => {
        const { doc, optional = false, many = false, type } = port;
        return { name, doc, optional, many, family: type.family, shape: type.shape };
      });
      const facts = nodeFacts(node, node.params) ?? [];
      const called = [untitled(id, node), titleAmong(id, body.nodes)];
      return { id, title, group, structure, ports, facts, called, height: nodeHeight(body, id) };
    }),
  );
}

beforeEach(() => provideNodeTypes(() => import('@graft/nodes/definitions')));

it.each(files)('is drawn alike before and after the node types have come: %s', async (path) => {
  const graph = read(path);
  if (graph === undefined) throw new Error(`${path} is gone.`);
  const told = tellLooks(graph, { registry, graphs: read });
  if (told === undefined) throw new Error(`${path} has to be migrated: save it anew.`);
  takeLooks(graph, JSON.parse(JSON.stringify(told)));
  useUsedGraphs.setState({ lookup: read });
  useDocument.getState().open({ path, base: '', baseText: '', baseGraph: graph });
  const before = cards(graph);
  expect(before.some(({ facts }) => facts.length > 0)).toBe(true);
  await loadNodeTypes();
  expect(before).toEqual(cards(graph));
});

it('knows nothing of a node that nobody told of, and takes none for another', () => {
  const node = { type: 'chunk', params: {} };
  expect(lookOf(node)).toBeUndefined();
  const graph = parseGraph(
    JSON.stringify({ graft: 1, nodes: { chunk: { type: 'chunk', version: 1 } } }),
  );
  const told = tellLooks(graph, { registry });
  if (told !== undefined) takeLooks(graph, told);
  const params = graph.nodes['chunk']?.params ?? {};
  expect(lookOf({ type: 'chunk', params })?.title).toBe('Chunk');
  expect(lookOf({ type: 'embed', params })).toBeUndefined();
  // Values that it was not told with are not taken for those that it was.
  expect(nodeFacts({ type: 'chunk', params }, { ...params })).toBeUndefined();
});

it('does what needs the node types once they have come, and then at once', async () => {
  const done: string[] = [];
  const node = { type: 'load-sql', params: {} };
  withNodeTypes(() => done.push(paramTitle(node, 'textColumns')));
  expect(done).toEqual([]);
  expect(paramTitle(node, 'textColumns')).toBe('textColumns');
  await loadNodeTypes();
  await Promise.resolve();
  expect(done).toEqual(['text columns']);
  withNodeTypes(() => done.push('at once'));
  expect(done).toEqual(['text columns', 'at once']);
});

it('fetches the node types again where they could not be fetched', async () => {
  let tries = 0;
  provideNodeTypes(() =>
    ++tries === 1 ? Promise.reject(new Error('gone')) : import('@graft/nodes/definitions'),
  );
  await expect(loadNodeTypes()).rejects.toThrow('gone');
  expect((await loadNodeTypes()).registry).toBe(registry);
  await loadNodeTypes();
  expect(tries).toBe(2);
});
