import { z } from 'zod';
import { portType, answersMediaType } from './port-type.ts';
import { remoteModelSchema } from './model.ts';

/** Free-form facts about a document; flat, so that they can be filtered on. */
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
  /** Where this part's text begins in the whole document; 0 unless it was split. */
  offset: z.number().int(),
  /** 1-based line of the first character of `text` in the whole document. */
  line: z.number().int(),
  metadata: metadataSchema,
});
export type Document = z.infer<typeof documentSchema>;

/** A span of a document: `[start, end)` in code units and `[firstLine, lastLine]`, 1-based, of its text. */
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
  /** What the text does not say of itself: searched with it, and never put into a prompt. */
  context: z.string().optional(),
  source: spanSchema,
  metadata: metadataSchema,
});
export type Chunk = z.infer<typeof chunkSchema>;

/** What of a chunk is embedded, and searched by words: its text, below its context where it has one. */
export function searchedText({ text, context }: Pick<Chunk, 'text' | 'context'>): string {
  return context === undefined || context === '' ? text : `${context}\n\n${text}`;
}

/** Floats as they are, in memory and in stored items. */
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

/** What an index folder says of itself, in its `graft.json`. */
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
  /** Answers to choose from; the reference is one of them. */
  choices: z.array(z.string()).optional(),
  /** Paths of the documents that hold the answer. */
  documents: z.array(z.string()).optional(),
  answerable: z.boolean().optional(),
  /** Known to be hard, for people who look at the answers. */
  hard: z.boolean().optional(),
  /** What is searched for beside the question: it in other words, or passages that might answer it. */
  variants: z.array(z.string()).optional(),
  /** The question that it asks in other words: both belong to one side of a split. */
  paraphraseOf: z.string().optional(),
});
export type Question = z.infer<typeof questionSchema>;

/** What a hit's score is made of. */
const hitScoresSchema = z.object({
  /** Cosine of question and chunk. */
  dense: z.number().optional(),
  bm25: z.number().optional(),
  /** Sum of 1 / (constant + rank) over the lists that were fused. */
  rrf: z.number().optional(),
  /** Of the wordings of a question that were searched for, those that found it. */
  versions: z.number().optional(),
  /** What the reranker's model gave. */
  rerank: z.number().optional(),
  /** Topic, quality and its parts: from 0 to 1, the more the better. */
  topic: z.number().optional(),
  quality: z.number().optional(),
  length: z.number().optional(),
  content: z.number().optional(),
  trust: z.number().optional(),
  freshness: z.number().optional(),
  /** How far it was judged to help, from 0 to 1. */
  grade: z.number().optional(),
  /** Hits of parts of it. */
  children: z.number().optional(),
  /** Marginal relevance: relevance less likeness to the hits before. */
  mmr: z.number().optional(),
  /** Hits that say nearly the same and were left out for it. */
  duplicates: z.number().optional(),
});
export type HitScores = z.infer<typeof hitScoresSchema>;

/**
 * One retrieved chunk. `rank` is 1-based, `before` the rank that it came with to the node that ranked it anew; `scores` are
 * the parts of `score`.
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

/** A numbered passage of a prompt; `[start, end)` are code units into the prompt's text. */
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
  /** Empty when nothing was injected. */
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

/** A language model: weights in the catalogue, or in the artifact's own folder, or behind an address. Its `graft.json`. */
export const modelSchema = z.object({
  /** Id in the catalogue; a name for people where the weights are in the artifact. */
  id: z.string(),
  /** Of the catalogue's entry, or sha256 of the weights' file, or of what is known of a remote one. */
  digest: z.string(),
  /** Path of the weights below the artifact's folder; absent: the catalogue's. */
  weights: z.string().optional(),
  architecture: z.string(),
  format: z.enum(['gguf', 'safetensors', 'onnx', 'remote']),
  contextLength: z.number().int(),
  /** Where it answers, where its weights are not here. */
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

/** What an `output` node takes: it gives on what it is fed. Rows of no kind of their own. */
export const Anything = portType({
  id: 'anything',
  family: 'structure',
  shape: 'items',
  encoding: 'jsonl',
  mediaType: 'application/vnd.graft.anything+jsonl',
  schema: z.unknown(),
  doc: 'Whatever is connected.',
});
