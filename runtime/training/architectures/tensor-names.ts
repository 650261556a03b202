import type { Architecture } from './description.ts';

/** GGUF's name of each part of a layer, by its published module path below `model.layers.N`. */
const layerParts: Readonly<Record<string, string>> = {
  input_layernorm: 'attn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  'self_attn.q_norm': 'attn_q_norm',
  'self_attn.k_norm': 'attn_k_norm',
  post_attention_layernorm: 'ffn_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};

/** With norms after attention and MLP, the norm before the MLP has its own name. */
const postNormParts: Readonly<Record<string, string>> = {
  ...layerParts,
  post_attention_layernorm: 'post_attention_norm',
  pre_feedforward_layernorm: 'ffn_norm',
  post_feedforward_layernorm: 'post_ffw_norm',
};

const modelParts: Readonly<Record<string, string>> = {
  'model.embed_tokens': 'token_embd',
  'model.norm': 'output_norm',
  lm_head: 'output',
};

/** `model.layers.3.self_attn.q_proj.weight` → `blk.3.attn_q.weight`; undefined for a name that GGUF lacks. */
export function toGgufName(architecture: Architecture, name: string): string | undefined {
  const match = /^(.*)\.(weight|bias)$/.exec(name);
  const [module, kind] = [match?.[1] ?? '', match?.[2] ?? ''];
  const layer = /^model\.layers\.(\d+)\.(.+)$/.exec(module);
  if (layer === null) {
    const part = modelParts[module];
    return part === undefined ? undefined : `${part}.${kind}`;
  }
  const parts = architecture.postNorms ? postNormParts : layerParts;
  const part = parts[layer[2] ?? ''];
  return part === undefined ? undefined : `blk.${layer[1] ?? ''}.${part}.${kind}`;
}

/** The inverse of `toGgufName`. */
export function fromGgufName(architecture: Architecture, name: string): string | undefined {
  const match = /^(?:blk\.(\d+)\.)?(.+)\.(weight|bias)$/.exec(name);
  const [layer, part, kind] = [match?.[1], match?.[2], match?.[3] ?? ''];
  const parts =
    layer === undefined ? modelParts : architecture.postNorms ? postNormParts : layerParts;
  const module = Object.keys(parts).find((key) => parts[key] === part);
  if (module === undefined) return undefined;
  return layer === undefined ? `${module}.${kind}` : `model.layers.${layer}.${module}.${kind}`;
}
