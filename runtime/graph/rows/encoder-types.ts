import { z } from 'zod';
import { remoteModelSchema } from './model.ts';
import { portType } from './port-type.ts';

/**
 * Facts of a trained embedder, in its folder's `graft.json`. The folder holds `config.json`, the tokenizer's files and
 * the weights in ONNX, as other tools load sentence embedders. A query adapter's holds only `2_Dense` of
 * sentence-transformers: the map for the base's vectors of questions.
 */
export const embedderInfoSchema = z.object({
  /** Name for people. */
  id: z.string(),
  /** sha256 of the weights' file. */
  digest: z.string(),
  /** Path of the weights below the folder. */
  weights: z.string(),
  /** Family of the base: `bert`. */
  architecture: z.string(),
  /** Dimension of a vector. */
  dimension: z.number().int().positive(),
  /** Maximal tokens of a text; Graft cuts the rest. */
  contextLength: z.number().int().positive(),
  /** The catalogue's embedder that training started from. */
  base: z.object({ id: z.string(), digest: z.string() }),
  /** With `query-adapter`, the base still embeds passages. */
  method: z.enum(['lora', 'full', 'query-adapter']),
});
export type EmbedderInfo = z.infer<typeof embedderInfoSchema>;

/** Facts of an embedder on a server, in its folder's `graft.json`; the folder holds nothing else. */
export const remoteEmbedderInfoSchema = z.object({
  /** The server's name for it. */
  id: z.string(),
  /** Of everything that its vectors depend on, as far as Graft knows it: see `remoteDigest`. */
  digest: z.string(),
  /** Dimension of a vector. */
  dimension: z.number().int().positive(),
  /** Text before each text; the empty text: nothing. */
  prompts: z.object({ question: z.string(), passage: z.string() }),
  remote: remoteModelSchema,
});
export type RemoteEmbedderInfo = z.infer<typeof remoteEmbedderInfoSchema>;

export const EmbedderModel = portType({
  id: 'embedder',
  family: 'retrieval',
  shape: 'model',
  encoding: 'tree',
  mediaType: 'application/vnd.graft.embedder+tree',
  schema: z.union([remoteEmbedderInfoSchema, embedderInfoSchema]),
  unit: 'embedders',
  doc: 'A sentence embedder: trained, or on a server.',
});

/**
 * Facts of a trained cross-encoder, in its folder's `graft.json`. The folder holds `config.json`, the tokenizer's files
 * and the weights in ONNX, as other tools load sequence classifiers with one label.
 */
export const crossEncoderInfoSchema = z.object({
  /** Name for people. */
  id: z.string(),
  /** sha256 of the weights' file. */
  digest: z.string(),
  /** Path of the weights below the folder. */
  weights: z.string(),
  /** Family: `bert`. */
  architecture: z.string(),
  /** Maximal tokens of a question and a passage together; Graft cuts the rest. */
  contextLength: z.number().int().positive(),
  /** The catalogue's embedder that training started from. */
  base: z.object({ id: z.string(), digest: z.string() }),
  method: z.enum(['lora', 'full']),
});
export type CrossEncoderInfo = z.infer<typeof crossEncoderInfoSchema>;

/** Facts of a reranker on a server, in its folder's `graft.json`; the folder holds nothing else. */
export const remoteCrossEncoderInfoSchema = z.object({
  /** The server's name for it. */
  id: z.string(),
  digest: z.string(),
  remote: remoteModelSchema,
});
export type RemoteCrossEncoderInfo = z.infer<typeof remoteCrossEncoderInfoSchema>;

export const CrossEncoderModel = portType({
  id: 'cross-encoder',
  family: 'retrieval',
  shape: 'model',
  encoding: 'tree',
  mediaType: 'application/vnd.graft.cross-encoder+tree',
  schema: z.union([remoteCrossEncoderInfoSchema, crossEncoderInfoSchema]),
  unit: 'cross-encoders',
  doc: 'A cross-encoder, trained or on a server: it scores a question and a passage together.',
});
