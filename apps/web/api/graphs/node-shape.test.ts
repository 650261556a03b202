import { parseGraph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkGraph } from './check-graph.ts';
import {
  portsOf,
  nodeHeight,
  fitting,
  checks,
  documentStore,
  shapeOf,
  stepsAfter,
  nodeTypes,
  provideNodeTypes,
} from '@graft/view';

const graph = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: {
      files: { type: 'load-files', version: 1, params: { paths: ['a.md'] } },
      cut: { type: 'graph', version: 1, params: { use: '#cut', 'set.size': 4 } },
      gone: { type: 'graph', version: 1, params: { use: 'lib/gone.graft.json' } },
      answer: { type: 'output', version: 1, params: { name: 'chunks' } },
      lora: { type: 'train-lora', version: 1 },
      generate: { type: 'generate', version: 2 },
      served: { type: 'remote-model', version: 1 },
    },
    edges: ['files.documents -> cut.documents', 'cut.chunks -> answer.value'],
    graphs: {
      cut: {
        nodes: {
          documents: { type: 'input', version: 1, params: { type: 'documents' } },
          chunk: { type: 'chunk', version: 1 },
          chunks: { type: 'output', version: 1 },
        },
        edges: ['documents.value -> chunk.documents', 'chunk.chunks -> chunks.value'],
        expose: { size: 'chunk.size' },
      },
    },
  }),
);

beforeAll(async () => {
  provideNodeTypes(registry);
  documentStore
    .getState()
    .open({ path: 'a.graft.json', base: '', baseText: '', baseGraph: graph }, graph);
});

describe('nodes that shape a graph', () => {
  it('have the ports and parameters of the graph that they use', () => {
    const cut = shapeOf(graph.nodes['cut']);
    expect(Object.keys(cut?.inputs ?? {})).toEqual(['documents']);
    expect(cut?.outputs['chunks']?.type.id).toBe('chunks');
    expect(Object.keys(cut?.params.shape ?? {})).toEqual(['use', 'set.size']);
    expect(Object.keys(shapeOf(graph.nodes['gone'])?.inputs ?? { none: 1 })).toEqual([]);
    expect(shapeOf(graph.nodes['files'])).toBe(nodeTypes().get('load-files'));
    expect(nodeHeight(graph, 'cut')).toBeGreaterThan(0);
  });

  it('offer what fits their ports', () => {
    const types = fitting({ node: 'cut', port: 'chunks', side: 'source' }).map(({ type }) => type);
    expect(types).toContain('embed');
    expect(types).not.toContain('generate');
  });

  it('offer a remote model only where it can be asked', () => {
    const typesAt = (node: string, side: 'source' | 'target'): readonly string[] =>
      fitting({ node, port: 'model', side }).map(({ type }) => type);
    expect(typesAt('lora', 'target')).toContain('base-model');
    expect(typesAt('lora', 'target')).not.toContain('remote-model');
    expect(typesAt('generate', 'target')).toContain('remote-model');
    expect(typesAt('served', 'source')).toContain('generate');
    expect(typesAt('served', 'source')).not.toContain('train-lora');
  });

  it('are followed by their usual next step, what they can feed, and then all others', () => {
    const after = stepsAfter('files').map(({ type }) => type);
    expect(after[0]).toBe('chunk');
    expect(after.indexOf('contextualize')).toBeLessThan(after.indexOf('embed'));
    expect(new Set(after)).toEqual(new Set(nodeTypes().keys()));
    expect(stepsAfter('answer')).toEqual(stepsAfter('unknown'));
  });

  it('are called by what they use', () => {
    const titles = ['cut', 'gone'].map((id) => shapeOf(graph.nodes[id])?.title);
    expect(titles).toEqual(['cut', 'gone']);
    expect(shapeOf({ type: 'graph', params: { use: '' } })?.title).toBe('Subgraph');
  });

  it('keep the ports that their edges name where their graph is gone', () => {
    const edges = [{ source: 'cut', sourcePort: 'chunks', target: 'gone', targetPort: 'texts' }];
    expect(portsOf(edges, 'gone', shapeOf(graph.nodes['gone']))).toEqual({
      inputs: ['texts'],
      outputs: [],
    });
    expect(portsOf(edges, 'cut', shapeOf(graph.nodes['cut']))).toEqual({
      inputs: ['documents'],
      outputs: ['chunks'],
    });
  });

  it('show what is wrong within them', async () => {
    checks.getState().setModels([]);
    await checkGraph(graph);
    const { problems } = checks.getState();
    const at = (id: string) =>
      problems
        .filter(({ location }) => location.node === id)
        .map(({ code, location }) => [code, location.param]);
    expect(at('cut')).toEqual([['bad-param', 'set.size']]);
    expect(at('gone')[0]?.[0]).toBe('missing-file');
    expect(at('chunk')).toEqual([]);
  });
});
