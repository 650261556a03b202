import { defineNode, Embeddings, Index, type ParamMeta } from '@graft/graph';
import { z } from 'zod';

export const index = defineNode({
  type: 'index',
  version: 1,
  implementation: 1,
  title: 'Index',
  group: 'retrieval',
  doc: 'Builds an index of embedded chunks, searchable by nearest vectors and by words (BM25). It remembers which embedder made its vectors.',
  synonyms: ['vector store', 'vector database', 'search index'],
  inputs: { embeddings: { type: Embeddings, doc: 'Embedded chunks to index.' } },
  outputs: { index: { type: Index, doc: 'The index, for Retrieve.' } },
  params: z.strictObject({
    kind: z
      .enum(['auto', 'flat', 'ivf', 'hnsw'])
      .default('auto')
      .meta({
        title: 'Kind',
        description:
          'flat: compares every vector, exactly. ivf: compares the groups nearest to the question. hnsw: follows a graph of neighbours. auto: flat up to 5,000 chunks, hnsw above.',
      } satisfies ParamMeta),
    language: z
      .enum([
        'Danish',
        'Dutch',
        'English',
        'Finnish',
        'French',
        'German',
        'Hungarian',
        'Italian',
        'Norwegian',
        'Portuguese',
        'Russian',
        'Spanish',
        'Swedish',
        'none',
      ])
      .default('English')
      .meta({
        title: 'Language',
        description: 'Word endings and stop words for the word search. none: words as they are.',
      } satisfies ParamMeta),
  }),
  summary: ({ kind, language }) => [
    ['kind', `${kind} + BM25`],
    ['language', language],
  ],
  caching: 'pure',
  facets: (_params, inputs) => {
    const embedder = inputs['embeddings']?.embedder;
    return embedder === undefined ? {} : { index: { embedder } };
  },
  engines: ['lance'],
  device: { needs: 'cpu', affectsResult: false },
  lane: 'bulk',
  cores: 'all',
  migrations: [],
});
