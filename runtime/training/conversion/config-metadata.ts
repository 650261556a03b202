import { GraphError } from '@graft/graph';
import type { GgufValue } from '@graft/kit';
import type { ModelConfig } from '../architectures/model-config.ts';

/** A model's sizes as llama.cpp reads them, the inverse of `readGgufConfig`; frequencies of `llama3` are a tensor. */
export function configMetadata(config: ModelConfig): readonly (readonly [string, GgufValue])[] {
  const { gguf, localRopeBase, slidingPeriod } = config.architecture;
  const count = (key: string, value: number): readonly [string, GgufValue] => [
    `${gguf}.${key}`,
    { type: 'u32', value },
  ];
  const real = (key: string, value: number): readonly [string, GgufValue] => [
    `${gguf}.${key}`,
    { type: 'f32', value },
  ];
  const { scaling } = config.rope;
  return [
    ['general.architecture', { type: 'string', value: gguf }],
    ['general.type', { type: 'string', value: 'model' }],
    count('vocab_size', config.vocabulary),
    count('context_length', config.context),
    count('embedding_length', config.width),
    count('block_count', config.layers),
    count('feed_forward_length', config.hiddenWidth),
    count('attention.head_count', config.heads),
    count('attention.head_count_kv', config.kvHeads),
    count('attention.key_length', config.headWidth),
    count('attention.value_length', config.headWidth),
    count('rope.dimension_count', config.headWidth),
    real('rope.freq_base', config.rope.base),
    real('attention.layer_norm_rms_epsilon', config.normEpsilon),
    ...(scaling.kind === 'linear'
      ? [
          [`${gguf}.rope.scaling.type`, { type: 'string', value: 'linear' }] as const,
          real('rope.scaling.factor', scaling.factor),
        ]
      : []),
    ...(slidingPeriod === undefined || config.slidingWindow === undefined
      ? []
      : [count('attention.sliding_window', config.slidingWindow)]),
    ...(localRopeBase === undefined ? [] : [real('rope.freq_base_swa', config.localRope.base)]),
  ];
}

/**
 * The model as llama.cpp computes it. Of a family whose windows llama.cpp ignores, the context ends where the window
 * would begin to move. Throws `bad-model` for what a GGUF file of the family cannot say.
 */
export function expressibleConfig(config: ModelConfig, file: string): ModelConfig {
  const { architecture, slidingWindow, width, heads, headWidth, layers } = config;
  const { slidingPeriod, gguf } = architecture;
  const refuse = (what: string): GraphError =>
    new GraphError(
      'bad-model',
      `${file} asks for ${what}, which llama.cpp does not compute for ${gguf}; Graft cannot convert the model to GGUF`,
      { location: { file } },
    );
  if (config.rope.scaling.kind === 'llama3' && gguf !== 'llama') {
    throw refuse('RoPE scaling "llama3"');
  }
  const biased = gguf === 'llama' ? [] : config.biases;
  const odd = biased.find((kind) => !architecture.biases.always.includes(kind));
  if (odd !== undefined) throw refuse(`biases of ${odd}`);
  if (config.attentionSoftCap !== undefined || config.logitSoftCap !== undefined) {
    throw refuse('soft caps');
  }
  const scale = (gguf === 'gemma3' && layers === 62 ? width / heads : headWidth) ** -0.5;
  if (Math.abs(config.attentionScale - scale) > 1e-6 * scale) {
    throw refuse(`queries scaled by ${config.attentionScale}`);
  }
  if (slidingPeriod === undefined) {
    if (slidingWindow === undefined) return config;
    const context = Math.min(config.context, slidingWindow);
    const sliding = config.sliding.map(() => false);
    return { ...config, context, slidingWindow: undefined, sliding };
  }
  const isUsual = config.sliding.every((slides, at) => slides === ((at + 1) % slidingPeriod !== 0));
  if (slidingWindow === undefined || !isUsual) throw refuse('another pattern of sliding layers');
  if (config.localRope.base !== architecture.localRopeBase) {
    throw refuse(`a RoPE base of ${config.localRope.base} in sliding layers`);
  }
  return config;
}
