import {
  type Chunk,
  Chunks,
  defineNode,
  EmbedderModel,
  Embeddings,
  type ParamMeta,
  passageEmbedder,
  searchedText,
} from '@graft/graph';
import { z } from 'zod';

export const embed = defineNode({
  type: 'embed',
  version: 1,
  implementation: 2,
  title: 'Embed',
  group: 'retrieval',
  doc: 'Turns each chunk into a unit-length vector with a sentence embedder. Text beyond the model’s context length is cut off.',
  synonyms: ['vector', 'vectors', 'embedding', 'embeddings'],
  inputs: {
    chunks: { type: Chunks, doc: 'Chunks to embed.' },
    trained: {
      type: EmbedderModel,
      optional: true,
      doc: 'A trained embedder, used in place of the chosen one. Of a query adapter, its base is used.',
    },
  },
  outputs: { embeddings: { type: Embeddings, doc: 'The chunks with their vectors.' } },
  params: z.strictObject({
    model: z
      .string()
      .min(1)
      .default('all-MiniLM-L6-v2')
      .meta({
        title: 'Model',
        description: 'An embedder, by its id in the catalogue or as hf:owner/repo.',
        control: 'model',
        modelKind: 'embedder',
      } satisfies ParamMeta),
    batch: z
      .int()
      .min(1)
      .max(512)
      .default(32)
      .meta({
        title: 'Batch',
        unit: 'chunks',
        description: 'Chunks embedded at once; a smaller batch needs less memory.',
        advanced: true,
        affectsResult: false,
      } satisfies ParamMeta),
  }),
  summary: ({ model }) => [['model', model]],
  caching: 'pure',
  items: {
    over: 'chunks',
    key: ['text', 'context'],
    length: (row) => searchedText(row as Pick<Chunk, 'text' | 'context'>).length,
  },
  sources: ({ model }) => [{ kind: 'model', id: model, param: 'model' }],
  facets: ({ model }, { trained }, models) => {
    if (trained !== undefined) {
      const { embedder } = trained;
      return embedder === undefined ? {} : { embeddings: { embedder: passageEmbedder(embedder) } };
    }
    const facts = models(model);
    if (facts?.dimension === undefined) return {};
    return {
      embeddings: { embedder: { model, digest: facts.digest, dimension: facts.dimension } },
    };
  },
  check({ model }, _inputs, models) {
    const facts = models(model);
    if (facts === undefined || facts.kind === 'embedder') return [];
    return [
      {
        param: 'model',
        message: `"${model}" is not an embedder (kind: ${facts.kind}). Choose an embedder.`,
      },
    ];
  },
  engines: ['onnxruntime'],
  device: { needs: 'accelerator', affectsResult: true },
  migrations: [],
});
