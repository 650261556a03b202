import { z } from 'zod';
import { portType, answersMediaType } from './port-type.ts';
import { remoteModelSchema } from './model.ts';

/** Free-form facts of a document; flat, so that filters can use them. */
export const metadataSchema = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.null()]),
);
export type Metadata = z.infer<typeof metadataSchema>;

/**
 * One document, or one part of a very large one. `id` is the workspace path, with `#n` for part n > 0
 * and `:row` for a row of a table. Offsets are UTF-16 code units into the document's extracted text.
 */
export const documentSchema = z.object({
  id: z.string(),
  path: z.string(),
  mediaType: z.string(),
  title: z.string(),
  text: z.string(),
  /** Offset of this part's text in the whole document; 0 unless it was split. */
  offset: z.number().int(),
  /** 1-based line of the first character of `text` in the whole document. */
  line: z.number().int(),
  metadata: metadataSchema,
});
export type Document = z.infer<typeof documentSchema>;

/** A span of a document's text: `[start, end)` in code units and `[firstLine, lastLine]`, 1-based. */
export const spanSchema = z.object({
  documentId: z.string(),
  path: z.string(),
  title: z.string(),
  start: z.number().int(),
  end: z.number().int(),
  firstLine: z.number().int(),
  lastLine: z.number().int(),
});
export type Span = z.infer<typeof spanSchema>;

export const chunkSchema = z.object({
  id: z.string(),
  text: z.string(),
  /** Headings above the chunk, outermost first. */
  headings: z.array(z.string()),
  /** Context of the chunk: searched with it, and never put into a prompt. */
  context: z.string().optional(),
  source: spanSchema,
  metadata: metadataSchema,
});
export type Chunk = z.infer<typeof chunkSchema>;

/** The text of a chunk to embed and to index: its context, if any, and its text. */
export function searchedText({ text, context }: Pick<Chunk, 'text' | 'context'>): string {
  return context === undefined || context === '' ? text : `${context}\n\n${text}`;
}

/** Plain floats, in memory and in stored items. */
export const vectorSchema = z.custom<Float32Array>((value) => value instanceof Float32Array);

/** A chunk and its unit-length vector; the dimension is in the facets. */
export interface EmbeddedChunk extends Chunk {
  readonly vector: Float32Array;
}
export const embeddedChunkSchema = z.custom<EmbeddedChunk>(
  (value) =>
    chunkSchema.safeParse(value).success &&
    (value as { vector?: unknown }).vector instanceof Float32Array,
);

/** Facts of an index folder, in its `graft.json`. */
export const indexInfoSchema = z.object({
  rows: z.number().int(),
  dimension: z.number().int(),
  embedder: z.string(),
  embedderDigest: z.string(),
});
export type IndexInfo = z.infer<typeof indexInfoSchema>;

export const questionSchema = z.object({
  id: z.string(),
  question: z.string(),
  /** A reference answer, for evaluation. */
  reference: z.string().optional(),
  /** Further right answers, in other words than the reference. */
  accept: z.array(z.string()).optional(),
  /** Answers to choose from; the reference is one of them. */
  choices: z.array(z.string()).optional(),
  /** Paths of the documents that hold the answer. */
  documents: z.array(z.string()).optional(),
  answerable: z.boolean().optional(),
  /** A known hard question, for people who read the answers. */
  hard: z.boolean().optional(),
  /** Further search texts: paraphrases, or passages that might answer it. */
  variants: z.array(z.string()).optional(),
  /** The question that it paraphrases: a split keeps both on one side. */
  paraphraseOf: z.string().optional(),
  /** What it is about: tests and intervals count the questions of a group as one. Absent: the question itself. */
  group: z.string().optional(),
});
export type Question = z.infer<typeof questionSchema>;

/** Parts of a hit's score. */
const hitScoresSchema = z.object({
  /** Cosine of question and chunk. */
  dense: z.number().optional(),
  bm25: z.number().optional(),
  /** Sum of 1 / (constant + rank) over the fused lists. */
  rrf: z.number().optional(),
  /** Number of a question's wordings that found it. */
  versions: z.number().optional(),
  /** Score of the reranker's model. */
  rerank: z.number().optional(),
  /** Topic, quality and its parts: from 0 to 1, more is better. */
  topic: z.number().optional(),
  quality: z.number().optional(),
  length: z.number().optional(),
  content: z.number().optional(),
  trust: z.number().optional(),
  freshness: z.number().optional(),
  /** Judged usefulness, from 0 to 1. */
  grade: z.number().optional(),
  /** Hits among its parts. */
  children: z.number().optional(),
  /** Marginal relevance: relevance minus similarity to earlier hits. */
  mmr: z.number().optional(),
  /** Near-duplicate hits that it replaced. */
  duplicates: z.number().optional(),
});
export type HitScores = z.infer<typeof hitScoresSchema>;

/**
 * One retrieved chunk. `rank` is 1-based; `before` is its rank before a node reranked it; `scores` are the parts of
 * `score`.
 */
export const hitSchema = z.object({
  rank: z.number().int(),
  before: z.number().int().optional(),
  score: z.number(),
  scores: hitScoresSchema,
  chunk: chunkSchema,
});
export type Hit = z.infer<typeof hitSchema>;

export const questionHitsSchema = z.object({
  id: z.string(),
  question: questionSchema,
  hits: z.array(hitSchema),
});
export type QuestionHits = z.infer<typeof questionHitsSchema>;

/** A numbered passage of a prompt; `[start, end)` are code units of the prompt's text. */
export const passageSchema = z.object({
  number: z.number().int(),
  chunkId: z.string(),
  start: z.number().int(),
  end: z.number().int(),
  score: z.number(),
  source: spanSchema,
});
export type Passage = z.infer<typeof passageSchema>;

export const promptSchema = z.object({
  id: z.string(),
  question: questionSchema,
  text: z.string(),
  /** Empty if no passage was injected. */
  passages: z.array(passageSchema),
  tokens: z.number().int(),
  /** Hits left out because the token budget was full. */
  dropped: z.number().int(),
});
export type Prompt = z.infer<typeof promptSchema>;

export const citationSchema = z.object({
  number: z.number().int(),
  chunkId: z.string(),
  source: spanSchema,
  /** `written`: the model wrote [n]. `attributed`: Graft found the passage that the answer's words come from. */
  by: z.enum(['written', 'attributed']),
});
export type Citation = z.infer<typeof citationSchema>;

export const answerSchema = z.object({
  id: z.string(),
  question: questionSchema,
  text: z.string(),
  citations: z.array(citationSchema),
  promptTokens: z.number().int(),
  completionTokens: z.number().int(),
  finishReason: z.enum(['stop', 'length', 'aborted']),
});
export type Answer = z.infer<typeof answerSchema>;

/**
 * A language model: weights in the catalogue, in the artifact's folder, or at an address. Content of its `graft.json`.
 */
export const modelSchema = z.object({
  /** Catalogue id; a name for people if the artifact holds the weights. */
  id: z.string(),
  /** Digest of the catalogue's entry, sha256 of the weights' file, or a digest of a remote model's facts. */
  digest: z.string(),
  /** Path of the weights below the artifact's folder; absent: the catalogue's. */
  weights: z.string().optional(),
  architecture: z.string(),
  format: z.enum(['gguf', 'safetensors', 'onnx', 'remote']),
  contextLength: z.number().int(),
  /** Its address, if the weights are not local. */
  remote: remoteModelSchema.optional(),
});
export type ModelRef = z.infer<typeof modelSchema>;

function firstLine(text: string): string {
  const [line = ''] = text.trimStart().split(/\r?\n/, 1);
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

export const Documents = portType({
  id: 'documents',
  family: 'sources',
  shape: 'items',
  encoding: 'jsonl',
  mediaType: 'application/vnd.graft.documents+jsonl',
  schema: documentSchema,
  fromText: (text) => [
    {
      ...{ path: 'given.txt', mediaType: 'text/plain', title: firstLine(text), text },
      ...{ offset: 0, line: 1, metadata: {} },
    },
  ],
  doc: 'Documents as text, with their origin.',
});
export const Chunks = portType({
  id: 'chunks',
  family: 'retrieval',
  shape: 'items',
  encoding: 'jsonl',
  mediaType: 'application/vnd.graft.chunks+jsonl',
  schema: chunkSchema,
  doc: 'Chunks of documents, each with its span in the source.',
});
export const Embeddings = portType({
  id: 'embeddings',
  family: 'retrieval',
  shape: 'items',
  encoding: 'vectors',
  mediaType: 'application/vnd.graft.embeddings+arrow',
  schema: embeddedChunkSchema,
  doc: 'Chunks with their vectors.',
});
export const Index = portType({
  id: 'index',
  family: 'retrieval',
  shape: 'index',
  encoding: 'tree',
  mediaType: 'application/vnd.graft.index+tree',
  schema: indexInfoSchema,
  doc: 'A searchable index of embedded chunks.',
});
export const Questions = portType({
  id: 'questions',
  family: 'sources',
  shape: 'items',
  encoding: 'jsonl',
  mediaType: 'application/vnd.graft.questions+jsonl',
  schema: questionSchema,
  fromText: (text) =>
    text
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .map((question) => ({ question })),
  doc: 'Questions, with reference answers if known.',
});
export const Hits = portType({
  id: 'hits',
  family: 'retrieval',
  shape: 'items',
  encoding: 'jsonl',
  mediaType: 'application/vnd.graft.hits+jsonl',
  schema: questionHitsSchema,
  unit: 'hit lists',
  doc: 'For each question, ranked chunks with their scores.',
});
export const Prompts = portType({
  id: 'prompts',
  family: 'language-model',
  shape: 'items',
  encoding: 'jsonl',
  mediaType: 'application/vnd.graft.prompts+jsonl',
  schema: promptSchema,
  doc: 'Prompts with their injected passages marked.',
});
export const Answers = portType({
  id: 'answers',
  family: 'language-model',
  shape: 'items',
  encoding: 'jsonl',
  mediaType: answersMediaType,
  schema: answerSchema,
  doc: 'Answers with their citations.',
});
export const Model = portType({
  id: 'model',
  family: 'language-model',
  shape: 'model',
  encoding: 'tree',
  mediaType: 'application/vnd.graft.model+tree',
  schema: modelSchema,
  doc: 'A language model.',
});

/** Accepted by an `output` node, which passes on what it receives. Rows of no kind of their own. */
export const Anything = portType({
  id: 'anything',
  family: 'structure',
  shape: 'items',
  encoding: 'jsonl',
  mediaType: 'application/vnd.graft.anything+jsonl',
  schema: z.unknown(),
  doc: 'Whatever is connected.',
});
