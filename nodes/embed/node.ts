import {
  type Chunk,
  Chunks,
  defineNode,
  embedderFacet,
  EmbedderModel,
  Embeddings,
  type ParamMeta,
  passageEmbedder,
  passageFacet,
  searchedText,
  shortModelName,
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
      doc: 'A trained or remote embedder, used in place of the chosen one. Of a query adapter, its base is used.',
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
        description: 'The model that turns texts into vectors. Press All models … to find others.',
        control: 'model',
        modelKind: 'embedder',
      } satisfies ParamMeta),
    dimensions: z
      .int()
      .min(0)
      .max(65_536)
      .default(0)
      .meta({
        title: 'Dimensions',
        unit: 'numbers',
        description:
          'Numbers kept of each vector, from the first on; the vector is normalised again. Only models trained for it (Matryoshka) keep their quality. 0: all.',
        advanced: true,
      } satisfies ParamMeta),
    prompt: z
      .string()
      .default('')
      .meta({
        title: 'Prompt',
        description:
          'Text before each chunk, instead of the model’s own prompt, such as passage: for E5. Empty: the model’s own, if it has one.',
        advanced: true,
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
  summary: ({ model, dimensions }) => [
    ['model', shortModelName(model)],
    ...(dimensions === 0 ? [] : [['dimensions', String(dimensions)] as const]),
  ],
  caching: 'pure',
  items: {
    over: 'chunks',
    asksOnce: true,
    key: ['text', 'context'],
    length: (row) => searchedText(row as Pick<Chunk, 'text' | 'context'>).length,
  },
  sources: ({ model }) => [{ kind: 'model', id: model, param: 'model' }],
  facets: (params, { trained }, models) => {
    const embedder =
      trained === undefined
        ? embedderFacet(models(params.model), params)
        : trained.embedder && passageFacet(passageEmbedder(trained.embedder), params);
    return embedder === undefined ? {} : { embeddings: { embedder } };
  },
  check({ model, dimensions }, { trained }, models) {
    const facts = models(model);
    if (facts !== undefined && facts.kind !== 'embedder') {
      return [
        {
          param: 'model',
          message: `"${model}" is not an embedder (kind: ${facts.kind}). Choose an embedder.`,
        },
      ];
    }
    const used = trained?.embedder ?? { model, dimension: facts?.dimension ?? Infinity };
    if (dimensions <= used.dimension) return [];
    return [
      {
        param: 'dimensions',
        message: `"${used.model}" gives vectors of ${used.dimension} numbers. Keep at most these, or 0 for all.`,
      },
    ];
  },
  engines: ['onnxruntime'],
  device: { needs: 'accelerator', affectsResult: true },
  migrations: [],
});
