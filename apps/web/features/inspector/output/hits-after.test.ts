import { Hits, parseGraph, type ArtifactRef } from '@graft/graph';
import { expect, it } from 'vitest';
import type { StepView } from '@graft/view';
import { hitsAfter } from './hits-after.ts';

const graph = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: {
      embed: { type: 'embed', version: 1 },
      index: { type: 'index', version: 1 },
      retrieve: { type: 'retrieve', version: 1 },
      rerank: { type: 'rerank', version: 1 },
      found: { type: 'graph', version: 1, params: { use: '#inside' } },
      after: { type: 'rerank', version: 1 },
      file: { type: 'graph', version: 1, params: { use: 'lib/found.graft.json' } },
      aside: { type: 'retrieve', version: 1 },
    },
    edges: [
      'embed.embeddings -> index.embeddings',
      'index.index -> retrieve.index',
      'retrieve.hits -> rerank.hits',
      'found.hits -> after.hits',
      'file.hits -> after.hits',
    ],
    graphs: { inside: { nodes: { embed: { type: 'embed', version: 1 } }, edges: [] } },
  }),
);
const ref = (
  digest: string,
  { mediaType }: { readonly mediaType: string } = Hits,
): ArtifactRef => ({
  ...{ digest, mediaType, size: 1 },
});
const at =
  (outputs: Readonly<Record<string, ArtifactRef>>) =>
  (path: string): StepView | undefined => {
    const out = outputs[path];
    return out && ({ outputs: { out } } as unknown as StepView);
  };

it('finds the hits of the nearest node that has any', () => {
  const steps = { retrieve: ref('found'), rerank: ref('again'), aside: ref('aside') };
  expect(hitsAfter(graph, 'embed', at(steps))).toEqual(ref('found'));
  expect(hitsAfter(graph, 'embed', at({ index: ref('i', { mediaType: 'x' }) }))).toBeUndefined();
});

it('finds those of what a subgraph feeds, where nothing in it has any', () => {
  expect(hitsAfter(graph, 'found/embed', at({ after: ref('after') }))).toEqual(ref('after'));
  expect(hitsAfter(graph, 'found/gone', at({ after: ref('after') }))).toBeUndefined();
});

it('finds those of another file that is used, from within it', () => {
  const steps = { file: ref('file'), after: ref('after') };
  expect(hitsAfter(graph, 'file/deep/embed', at(steps))).toEqual(ref('file'));
  expect(hitsAfter(graph, 'file/embed', at({ after: ref('after') }))).toEqual(ref('after'));
  expect(hitsAfter(graph, 'nowhere/embed', at(steps))).toBeUndefined();
});
