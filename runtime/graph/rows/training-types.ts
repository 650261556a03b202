import { z } from 'zod';
import { portType } from './port-type.ts';

/** A turn of an example or, without a chat template, a piece of its text. */
export const turnSchema = z.object({
  role: z.enum(['system', 'user', 'assistant', 'text']),
  content: z.string(),
  /** Whether the loss counts its tokens and the token that ends it. */
  trained: z.boolean(),
});
export type Turn = z.infer<typeof turnSchema>;

/** A row of a dataset, from any file format. */
export const exampleSchema = z.object({
  /** Path and row: `data/style.jsonl:12`. */
  id: z.string(),
  path: z.string(),
  /** 1-based row of the file. */
  row: z.number().int(),
  split: z.enum(['train', 'eval']),
  /** `chat`: the turns go through the model's chat template. `text`: they are concatenated. */
  kind: z.enum(['chat', 'text']),
  turns: z.array(turnSchema).min(1),
});
export type Example = z.infer<typeof exampleSchema>;

/** Two answers to one prompt, the first preferred, in the usual fields for preference training. */
export const preferenceSchema = z.object({
  id: z.string(),
  prompt: z.string(),
  chosen: z.string(),
  rejected: z.string(),
});
export type Preference = z.infer<typeof preferenceSchema>;

/** An example in a model's tokens: `pieces[i]` is the text of token i, `trained[i]` whether the loss counts it. */
export const tokenRowSchema = z.object({
  id: z.string(),
  split: z.enum(['train', 'eval']),
  pieces: z.array(z.string()),
  trained: z.array(z.boolean()),
});
export type TokenRow = z.infer<typeof tokenRowSchema>;

/** The change of one module of an adapter: ΔW = s·B·A. */
export const adapterModuleSchema = z.object({
  /** Published path: `model.layers.3.self_attn.q_proj`. */
  path: z.string(),
  layer: z.number().int(),
  /** `q_proj`, `down_proj` … */
  kind: z.string(),
  /** Frobenius norm of ΔW. */
  norm: z.number(),
  /** Singular values of ΔW, largest first; at most the rank. */
  spectrum: z.array(z.number()),
});
export type AdapterModuleInfo = z.infer<typeof adapterModuleSchema>;

/**
 * Facts of an adapter folder, in its `graft.json`. The folder is a PEFT folder (`adapter_config.json`,
 * `adapter_model.safetensors`) and, except for DoRA, contains `adapter.gguf` for llama.cpp.
 */
export const adapterInfoSchema = z.object({
  /** Name for people. */
  id: z.string(),
  base: z.object({
    id: z.string(),
    digest: z.string(),
    architecture: z.string(),
    /** Heads of queries, and of keys and values: GGUF files of some architectures order rows by head. */
    heads: z.number().int(),
    kvHeads: z.number().int(),
  }),
  method: z.enum(['lora', 'rslora', 'dora']),
  rank: z.number().int(),
  alpha: z.number(),
  /** Kinds of modules: `q_proj`, `down_proj` … */
  targets: z.array(z.string()),
  /** Number of weights in the adapter, and in the base. */
  parameters: z.number().int(),
  baseParameters: z.number().int(),
  modules: z.array(adapterModuleSchema),
});
export type AdapterInfo = z.infer<typeof adapterInfoSchema>;

/** The adapter's file for llama.cpp, in its folder. */
export const adapterGguf = 'adapter.gguf';

export const Dataset = portType({
  id: 'dataset',
  family: 'training',
  shape: 'items',
  encoding: 'jsonl',
  mediaType: 'application/vnd.graft.dataset+jsonl',
  schema: exampleSchema,
  unit: 'rows',
  doc: 'Examples for training and evaluation.',
});
export const Preferences = portType({
  id: 'preferences',
  family: 'training',
  shape: 'items',
  encoding: 'jsonl',
  mediaType: 'application/vnd.graft.preferences+jsonl',
  schema: preferenceSchema,
  unit: 'pairs',
  doc: 'Pairs of answers to one prompt: the preferred answer and the other.',
});
export const Tokens = portType({
  id: 'tokens',
  family: 'training',
  shape: 'items',
  encoding: 'jsonl',
  mediaType: 'application/vnd.graft.tokens+jsonl',
  schema: tokenRowSchema,
  unit: 'token rows',
  doc: 'Examples in a model’s tokens, with the trained tokens marked.',
});
export const Adapter = portType({
  id: 'adapter',
  family: 'training',
  shape: 'model',
  encoding: 'tree',
  mediaType: 'application/vnd.graft.adapter+tree',
  schema: adapterInfoSchema,
  doc: 'A LoRA adapter of one base model.',
});
