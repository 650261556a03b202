import { z } from 'zod';
import { portType } from './port-type.ts';

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
