import { z } from 'zod';
import { portType } from './port-type.ts';

/**
 * What an embedder that was trained says of itself, in its folder's `graft.json`. The folder holds `config.json`, the
 * tokenizer's files and the weights in ONNX, as sentence embedders are loaded elsewhere too; of a query adapter only
 * `2_Dense`, the map that questions' vectors of the base go through, as sentence-transformers has it.
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
  /** Numbers of a vector. */
  dimension: z.number().int().positive(),
  /** Tokens of a text at most; the rest is cut. */
  contextLength: z.number().int().positive(),
  /** The catalogue's embedder that it was trained from. */
  base: z.object({ id: z.string(), digest: z.string() }),
  /** Of a `query-adapter` passages are embedded with the base, as they were before. */
  method: z.enum(['lora', 'full', 'query-adapter']),
});
export type EmbedderInfo = z.infer<typeof embedderInfoSchema>;

export const EmbedderModel = portType({
  id: 'embedder',
  family: 'retrieval',
  shape: 'model',
  encoding: 'tree',
  mediaType: 'application/vnd.graft.embedder+tree',
  schema: embedderInfoSchema,
  unit: 'embedders',
  doc: 'A trained sentence embedder.',
});

/**
 * What a cross-encoder that was trained says of itself, in its folder's `graft.json`. The folder holds `config.json`, the
 * tokenizer's files and the weights in ONNX, as sequence classifiers with one label are loaded elsewhere too.
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
  /** Tokens of a question and a passage together at most; the rest is cut. */
  contextLength: z.number().int().positive(),
  /** The catalogue's embedder that it was trained from. */
  base: z.object({ id: z.string(), digest: z.string() }),
  method: z.enum(['lora', 'full']),
});
export type CrossEncoderInfo = z.infer<typeof crossEncoderInfoSchema>;

export const CrossEncoderModel = portType({
  id: 'cross-encoder',
  family: 'retrieval',
  shape: 'model',
  encoding: 'tree',
  mediaType: 'application/vnd.graft.cross-encoder+tree',
  schema: crossEncoderInfoSchema,
  unit: 'cross-encoders',
  doc: 'A trained cross-encoder: it scores a question and a passage together.',
});
