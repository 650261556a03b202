import { writeFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { ModelConfig } from '../architectures/model-config.ts';
import { writeSafetensors, type NamedTensor } from '../formats/safetensors.ts';
import type { NamedWeights } from './test-model.ts';

/** Writes a model as the transformers library saves it, with a tokenizer of as many bytes as it has tokens. */
export async function writeTestCheckpoint(
  folder: string,
  config: ModelConfig,
  weights: NamedWeights,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'config.json'), JSON.stringify(configJson(config)));
  await writeByteTokenizer(folder, config.vocabulary);
  const { gainLessOne } = config.architecture;
  const tensors = [...weights].map(([name, { shape, data }]): NamedTensor => {
    const isGain = gainLessOne && name.endsWith('norm.weight');
    return { name, shape, data: isGain ? data.map((gain) => gain - 1) : data };
  });
  await writeSafetensors(path.join(folder, 'model.safetensors'), tensors);
}

/** Tokens are single bytes, in the order of GPT-2's alphabet; those beyond are a marker each. */
export async function writeByteTokenizer(folder: string, size: number): Promise<void> {
  const letters = Array.from({ length: 256 }, (_, at) => at).map((byte) =>
    String.fromCodePoint(isPrintable(byte) ? byte : 0x100 + byte),
  );
  const vocab = Object.fromEntries(letters.slice(0, size).map((text, at) => [text, at]));
  const added = Array.from({ length: Math.max(0, size - letters.length) }, (_, at) => ({
    ...{ id: letters.length + at, content: `<|marker ${at}|>`, special: true },
  }));
  const steps = [
    { type: 'Digits', individual_digits: true },
    { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  ];
  const json = {
    ...{ version: '1.0', added_tokens: added, normalizer: null, post_processor: null },
    pre_tokenizer: { type: 'Sequence', pretokenizers: steps },
    decoder: { type: 'ByteLevel' },
    model: { type: 'BPE', vocab, merges: [] },
  };
  await writeFile(path.join(folder, 'tokenizer.json'), JSON.stringify(json));
  const last = added.at(-1)?.content ?? letters[size - 1];
  const settings = { eos_token: last, chat_template: '{{ messages[0].content }}' };
  await writeFile(path.join(folder, 'tokenizer_config.json'), JSON.stringify(settings));
}

const isPrintable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);

function configJson(config: ModelConfig): Record<string, unknown> {
  const { scaling } = config.rope;
  const has = (kind: ModelConfig['biases'][number]): boolean => config.biases.includes(kind);
  return {
    model_type: config.architecture.modelTypes[0],
    vocab_size: config.vocabulary,
    hidden_size: config.width,
    intermediate_size: config.hiddenWidth,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.kvHeads,
    head_dim: config.headWidth,
    max_position_embeddings: config.context,
    rms_norm_eps: config.normEpsilon,
    tie_word_embeddings: config.tiedHead,
    attention_bias: has('o_proj'),
    mlp_bias: has('up_proj'),
    rope_theta: config.rope.base,
    rope_local_base_freq: config.localRope.base,
    rope_scaling:
      scaling.kind === 'linear' ? { rope_type: 'linear', factor: scaling.factor } : null,
    sliding_window: config.slidingWindow ?? null,
    query_pre_attn_scalar: config.attentionScale ** -2,
  };
}
