import { GraphError } from '@graft/graph';
import { z } from 'zod';
import { readConfigJson } from '../architectures/hf-config.ts';
import { checkedLayers, type LinearMap } from '../architectures/model-config.ts';
import type { Shape } from '../ir/shape.ts';

/** The sizes of a BERT (Devlin et al. 2019). */
export interface EncoderConfig {
  readonly vocabulary: number;
  readonly width: number;
  readonly hiddenWidth: number;
  readonly layers: number;
  readonly heads: number;
  /** Learned positions: maximal tokens of a text. */
  readonly context: number;
  readonly tokenTypes: number;
  readonly normEpsilon: number;
}

const count = z.number().int().positive();
const configSchema = z.object({
  vocab_size: count,
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  max_position_embeddings: count,
  type_vocab_size: count,
  layer_norm_eps: z.number().positive(),
  hidden_act: z.literal('gelu'),
  position_embedding_type: z.literal('absolute').optional(),
  is_decoder: z.literal(false).optional(),
});

/** Reads a `config.json` as the transformers library writes it; throws `bad-model` for families other than BERT. */
export async function readEncoderConfig(file: string): Promise<EncoderConfig> {
  const json = await readConfigJson(file);
  const refuse = (reason: string): GraphError =>
    new GraphError('bad-model', `${file} ${reason}`, { location: { file } });
  const family = z.object({ model_type: z.string() }).safeParse(json).data?.model_type;
  if (family !== 'bert') {
    throw refuse(
      `${family === undefined ? 'names no model_type' : `is of the family "${family}"`}; encoders that can be trained here are of the family bert`,
    );
  }
  const parsed = configSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw refuse(
      `describes a BERT that Graft cannot train: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    );
  }
  const config = parsed.data;
  if (config.hidden_size % config.num_attention_heads !== 0) {
    throw refuse(
      `divides ${String(config.hidden_size)} numbers among ${String(config.num_attention_heads)} heads, which does not come out even`,
    );
  }
  return {
    vocabulary: config.vocab_size,
    width: config.hidden_size,
    hiddenWidth: config.intermediate_size,
    layers: checkedLayers(config.num_hidden_layers, file),
    heads: config.num_attention_heads,
    context: config.max_position_embeddings,
    tokenTypes: config.type_vocab_size,
    normEpsilon: config.layer_norm_eps,
  };
}

/** The linear maps of a layer by their paths within it, in order. */
export const encoderLinears = [
  'attention.self.query',
  'attention.self.key',
  'attention.self.value',
  'attention.output.dense',
  'intermediate.dense',
  'output.dense',
] as const;
export type EncoderLinear = (typeof encoderLinears)[number];

export function layerPath(layer: number): string {
  return `encoder.layer.${String(layer)}`;
}

/** Inputs and outputs of a linear map. */
export function encoderLinearSize(
  { width, hiddenWidth }: EncoderConfig,
  name: EncoderLinear,
): readonly [number, number] {
  if (name === 'intermediate.dense') return [width, hiddenWidth];
  return [name === 'output.dense' ? hiddenWidth : width, width];
}

/** Every linear map of the layers; adapters name them by the last part of their paths, three of them as `dense`. */
export function encoderModules(config: EncoderConfig): readonly LinearMap[] {
  return Array.from({ length: config.layers }, (_, layer) =>
    encoderLinears.map((name) => {
      const [inputs, outputs] = encoderLinearSize(config, name);
      const kind = name.slice(name.lastIndexOf('.') + 1);
      return { path: `${layerPath(layer)}.${name}`, kind, inputs, outputs };
    }),
  ).flat();
}

/** Every weight by published name, with its shape. There is no pooler: texts are the mean of their tokens. */
export function encoderWeightShapes(config: EncoderConfig): ReadonlyMap<string, Shape> {
  const { vocabulary, context, tokenTypes, width } = config;
  const shapes = new Map<string, Shape>([
    ['embeddings.word_embeddings.weight', [vocabulary, width]],
    ['embeddings.position_embeddings.weight', [context, width]],
    ['embeddings.token_type_embeddings.weight', [tokenTypes, width]],
  ]);
  const norm = (path: string): void => {
    shapes.set(`${path}.weight`, [width]).set(`${path}.bias`, [width]);
  };
  norm('embeddings.LayerNorm');
  for (const { path, inputs, outputs } of encoderModules(config)) {
    shapes.set(`${path}.weight`, [outputs, inputs]).set(`${path}.bias`, [outputs]);
  }
  for (let layer = 0; layer < config.layers; layer++) {
    norm(`${layerPath(layer)}.attention.output.LayerNorm`);
    norm(`${layerPath(layer)}.output.LayerNorm`);
  }
  return shapes;
}
