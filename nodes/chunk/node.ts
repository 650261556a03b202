import { Chunks, defineNode, Documents, type ParamMeta } from '@graft/graph';
import { z } from 'zod';

export const chunk = defineNode({
  type: 'chunk',
  version: 1,
  implementation: 4,
  title: 'Chunk',
  group: 'retrieval',
  doc: 'Cuts documents into chunks that fit an embedder and a prompt. Every chunk knows its exact span in the source, so that an answer can point back to it.',
  synonyms: ['split', 'splitter', 'pieces', 'passages', 'text splitter'],
  inputs: { documents: { type: Documents, doc: 'Documents to cut into chunks.' } },
  outputs: { chunks: { type: Chunks, doc: 'The chunks, in the order of their documents.' } },
  params: z.strictObject({
    method: z
      .enum(['recursive', 'sentence', 'markdown'])
      .default('recursive')
      .meta({
        title: 'Method',
        description:
          'recursive: at paragraphs, then lines, sentences, words. sentence: whole sentences. markdown: never across a heading, and tables and code stay whole where they fit.',
      } satisfies ParamMeta),
    size: z
      .int()
      .min(8)
      .max(100_000)
      .default(256)
      .meta({
        title: 'Size',
        description: 'The longest chunk, in the chosen unit.',
      } satisfies ParamMeta),
    overlap: z
      .int()
      .min(0)
      .max(50_000)
      .default(32)
      .meta({
        title: 'Overlap',
        description:
          'How much of a chunk’s end the next chunk repeats, rounded down to whole sentences or words.',
      } satisfies ParamMeta),
    unit: z
      .enum(['tokens', 'characters'])
      .default('tokens')
      .meta({
        title: 'Unit',
        description:
          'The unit of size and overlap. Tokens are an estimate from the text: close in English, 25 to 45 % too low in French and German.',
      } satisfies ParamMeta),
  }),
  summary: ({ method, size, overlap, unit }) => [
    ['method', method],
    ['size', `${size} ${unit}`],
    ['overlap', String(overlap)],
  ],
  caching: 'pure',
  items: {
    over: 'documents',
    key: ['text', 'mediaType'],
    length: (row) => (row as { text: string }).text.length,
  },
  check({ size, overlap }) {
    if (overlap * 2 <= size) return [];
    return [
      {
        param: 'overlap',
        message: `Overlap is ${overlap} and size ${size}; make the overlap at most half the size.`,
      },
    ];
  },
  device: { needs: 'cpu', affectsResult: false },
  lane: 'bulk',
  migrations: [],
});
