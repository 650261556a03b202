import type { GgufHeader, GgufValue } from '@graft/kit';
import { z } from 'zod';

/** What a GGUF file is to Graft. */
export type GgufVerdict =
  | { readonly kind: 'model' }
  /** Part of another model, or none for texts: not worth listing. */
  | { readonly kind: 'other' }
  /** One that llama.cpp, as Graft has it, does not run. */
  | { readonly kind: 'unusable'; readonly why: string };

/** What llama.cpp knows and nobody talks to: parts of other models, and speech. */
const otherArchitectures = new Set([
  ...['clip', 'wavtokenizer-dec', 'qwen3tts', 'gemma4-assistant', 'eagle3', 'dflash'],
]);
/** Architectures that only Ollama has under these names. */
const ollamaNames = new Set([
  'gptoss',
  'qwen25vl',
  'olmo3',
  'deepseekocr',
  'glmocr',
  'glm4moelite',
]);
/** Tensors of what sees, hears or guesses ahead: llama.cpp wants them in files of their own, or not at all. */
const foreignTensors = /^(v|a|mm|mtp|model\.vision_tower)\./;

/** What a header holds, as signs of Ollama's forms name it. */
interface Signs {
  /** Whether it has a value of its architecture. */
  has(key: string): boolean;
  /** The text of any value. */
  text(key: string): string | undefined;
  /** The rows of a tensor, if there is one. */
  rows(tensor: string): number | undefined;
  /** Whether any tensor's name is such. */
  some(name: RegExp): boolean;
}

/**
 * Ollama publishes some models in a form that it mends in memory as it loads them. The signs are those of the table in
 * its `llama/compat/README.md`, by architecture.
 */
const ollamaForms = new Map<string, (signs: Signs) => boolean>([
  [
    'gemma3',
    ({ has, rows }) =>
      has('rope.global.freq_base') ||
      has('rope.local.freq_base') ||
      has('mm.tokens_per_image') ||
      !has('attention.layer_norm_rms_epsilon') ||
      rows('dense.0.weight') !== undefined,
  ],
  ['gemma3n', ({ rows }) => rows('token_embd.weight') !== rows('per_layer_token_embd.weight')],
  ['gemma4', ({ text }) => text('tokenizer.ggml.model') === 'llama'],
  [
    'laguna',
    ({ has, rows }) => has('rope.swa.freq_base') || rows('blk.0.attn_g.weight') !== undefined,
  ],
  [
    'lfm2',
    ({ rows }) =>
      rows('output_norm.weight') !== undefined && rows('token_embd_norm.weight') === undefined,
  ],
  ['mistral3', ({ has }) => has('rope.scaling.beta_fast') || has('rope.scaling_beta')],
  ['nemotron_h_moe', ({ some }) => some(/^blk\.[01]\.ffn_latent_in/)],
  ['qwen35', ({ has }) => has('vision.block_count') || has('ssm.v_head_reordered')],
  ['qwen35moe', ({ has }) => has('vision.block_count') || has('ssm.v_head_reordered')],
  ['qwen3next', ({ some }) => some(/\.ssm_dt$/)],
  ['qwen3vl', ({ has }) => !has('rope.dimension_sections')],
  ['qwen3vlmoe', ({ has }) => !has('rope.dimension_sections')],
]);

/** Whether llama.cpp can load a file, as far as its header tells. */
export async function judgeGguf(header: GgufHeader): Promise<GgufVerdict> {
  const { metadata, tensors } = header;
  const text = (key: string): string | undefined => textOf(metadata.get(key));
  const architecture = text('general.architecture') ?? '';
  const isModel = (text('general.type') ?? 'model') === 'model';
  if (!isModel || otherArchitectures.has(architecture)) return { kind: 'other' };
  const some = (name: RegExp): boolean => tensors.some((tensor) => name.test(tensor.name));
  const isOllamas =
    ollamaNames.has(architecture) ||
    some(foreignTensors) ||
    ollamaForms.get(architecture)?.({
      has: (key) => metadata.has(`${architecture}.${key}`),
      text,
      rows: (tensor) => tensors.find(({ name }) => name === tensor)?.shape[0],
      some,
    }) === true;
  if (isOllamas) {
    return unusable(
      'Ollama keeps it in a form of its own; get the same model in GGUF from the hub.',
    );
  }
  if (!(await llamaArchitectures()).has(architecture)) {
    const name = JSON.stringify(architecture.slice(0, 60));
    return unusable(`Graft’s llama.cpp does not know its architecture, ${name}.`);
  }
  return { kind: 'model' };
}

const unusable = (why: string): GgufVerdict => ({ kind: 'unusable', why });

/** node-llama-cpp lists them for its llama.cpp, in an enumeration that TypeScript lets nobody go through. */
async function llamaArchitectures(): Promise<ReadonlySet<string>> {
  const library: object = await import('node-llama-cpp');
  const known = z.record(z.string(), z.string());
  return new Set(Object.values(known.parse(Reflect.get(library, 'GgufArchitectureType'))));
}

function textOf(value: GgufValue | undefined): string | undefined {
  return value !== undefined && value.type === 'string' ? String(value.value) : undefined;
}
