import { GraphError } from '@graft/graph';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { architectureOf } from './description.ts';
import { checkedLayers, type ModelConfig, type Rope } from './model-config.ts';

const ropeSchema = z.object({
  rope_type: z.string().optional(),
  type: z.string().optional(),
  rope_theta: z.number().optional(),
  factor: z.number().optional(),
  low_freq_factor: z.number().optional(),
  high_freq_factor: z.number().optional(),
  original_max_position_embeddings: z.number().optional(),
});
type RopeFields = z.infer<typeof ropeSchema>;

const count = z.number().int().positive();
const configSchema = z.object({
  vocab_size: count,
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  max_position_embeddings: count,
  rms_norm_eps: z.number(),
  tie_word_embeddings: z.boolean().optional(),
  attention_bias: z.boolean().optional(),
  mlp_bias: z.boolean().optional(),
  rope_theta: z.number().optional(),
  rope_local_base_freq: z.number().optional(),
  rope_scaling: ropeSchema.nullish(),
  /** From transformers 5 on; for each layer type if layers differ. */
  rope_parameters: z
    .union([z.object({ full_attention: ropeSchema, sliding_attention: ropeSchema }), ropeSchema])
    .nullish(),
  sliding_window: z.number().int().nullish(),
  use_sliding_window: z.boolean().optional(),
  sliding_window_pattern: z.number().int().positive().nullish(),
  layer_types: z.array(z.string()).nullish(),
  query_pre_attn_scalar: z.number().optional(),
  attn_logit_softcapping: z.number().nullish(),
  final_logit_softcapping: z.number().nullish(),
});
type Config = z.infer<typeof configSchema>;

/** Reads a `config.json` as the transformers library writes it. */
export async function readHfConfig(file: string): Promise<ModelConfig> {
  return parseHfConfig(await readConfigJson(file), file);
}

export async function readConfigJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new GraphError('bad-model', `${file} cannot be read as JSON`, {
      location: { file },
      cause,
    });
  }
}

export function parseHfConfig(json: unknown, file: string): ModelConfig {
  const typed = z.object({ model_type: z.string() }).safeParse(json);
  if (!typed.success) {
    throw new GraphError('bad-model', `${file} names no model_type`, { location: { file } });
  }
  const architecture = architectureOf('modelType', typed.data.model_type, file);
  const parsed = configSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new GraphError(
      'bad-model',
      `${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
      {
        location: { file },
      },
    );
  }
  const config = parsed.data;
  const layers = checkedLayers(config.num_hidden_layers, file);
  const headWidth = config.head_dim ?? config.hidden_size / config.num_attention_heads;
  const slidingWindow =
    config.use_sliding_window === false ? undefined : (config.sliding_window ?? undefined);
  const [rope, localRope] = ropes(config, architecture.localRopeBase, file);
  return {
    architecture,
    vocabulary: config.vocab_size,
    width: config.hidden_size,
    hiddenWidth: config.intermediate_size,
    layers,
    heads: config.num_attention_heads,
    kvHeads: config.num_key_value_heads ?? config.num_attention_heads,
    headWidth,
    context: config.max_position_embeddings,
    normEpsilon: config.rms_norm_eps,
    biases: [
      ...architecture.biases.always,
      ...(config.attention_bias === true ? architecture.biases.attention : []),
      ...(config.mlp_bias === true ? architecture.biases.mlp : []),
    ],
    // Gemma ties unless told otherwise; the transformers library omits defaults from the file.
    tiedHead: config.tie_word_embeddings ?? architecture.scaledEmbedding,
    rope,
    localRope,
    slidingWindow,
    sliding: slidingLayers(config, slidingWindow, architecture.slidingPeriod),
    attentionScale: (config.query_pre_attn_scalar ?? headWidth) ** -0.5,
    attentionSoftCap: config.attn_logit_softcapping ?? undefined,
    logitSoftCap: config.final_logit_softcapping ?? undefined,
  };
}

function slidingLayers(
  config: Config,
  window: number | undefined,
  period: number | undefined,
): readonly boolean[] {
  return Array.from({ length: config.num_hidden_layers }, (_, layer) => {
    if (window === undefined) return false;
    const listed = config.layer_types?.[layer];
    if (listed !== undefined) return listed === 'sliding_attention';
    const every = config.sliding_window_pattern ?? period;
    return every === undefined || (layer + 1) % every !== 0;
  });
}

function ropes(config: Config, localBase: number | undefined, file: string): [Rope, Rope] {
  const given = config.rope_parameters;
  if (given !== null && given !== undefined && 'full_attention' in given) {
    return [
      toRope(given.full_attention, 10_000, file),
      toRope(given.sliding_attention, localBase ?? 10_000, file),
    ];
  }
  const base = config.rope_theta ?? 10_000;
  const rope = toRope(given ?? config.rope_scaling ?? {}, base, file);
  const local = config.rope_local_base_freq ?? localBase;
  return [rope, local === undefined ? rope : { base: local, scaling: { kind: 'none' } }];
}

function toRope(fields: RopeFields, base: number, file: string): Rope {
  const kind = fields.rope_type ?? fields.type ?? 'default';
  const chosen = fields.rope_theta ?? base;
  const factor = fields.factor ?? 1;
  switch (kind) {
    case 'default':
      return { base: chosen, scaling: { kind: 'none' } };
    case 'linear':
      return { base: chosen, scaling: { kind: 'linear', factor } };
    case 'llama3':
      return {
        base: chosen,
        scaling: {
          kind: 'llama3',
          factor,
          lowFactor: fields.low_freq_factor ?? 1,
          highFactor: fields.high_freq_factor ?? 4,
          originalContext: fields.original_max_position_embeddings ?? 8192,
        },
      };
    default:
      throw new GraphError(
        'bad-model',
        `${file} asks for RoPE scaling "${kind}"; known are default, linear and llama3`,
        { location: { file } },
      );
  }
}
