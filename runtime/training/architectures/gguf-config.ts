import { GraphError } from '@graft/graph';
import { loadWeight } from '../formats/load-weight.ts';
import type { GgufFile } from '../formats/gguf-reader.ts';
import { sourceOf } from '../formats/tensor-file.ts';
import { architectureOf, linearKinds } from './description.ts';
import { checkedLayers, linearPath, type ModelConfig, type Rope } from './model-config.ts';
import { toGgufName } from './tensor-names.ts';

/** Reads a model's sizes from GGUF metadata (keys as in llama.cpp's gguf-py/gguf/constants.py). */
export async function readGgufConfig(file: GgufFile): Promise<ModelConfig> {
  const { path, metadata, tensors } = file;
  const scalar = (key: string): number | string | undefined => {
    const found = metadata.get(key);
    if (found === undefined || found.type === 'array') return undefined;
    return typeof found.value === 'string' ? found.value : Number(found.value);
  };
  const architecture = architectureOf('gguf', String(scalar('general.architecture')), path);
  const optional = (key: string): number | undefined => {
    const value = scalar(`${architecture.gguf}.${key}`);
    return typeof value === 'number' ? value : undefined;
  };
  const required = (key: string): number => {
    const value = optional(key);
    if (value === undefined) {
      throw new GraphError(
        'bad-model',
        `${path} lacks the metadata "${architecture.gguf}.${key}"`,
        {
          location: { file: path },
        },
      );
    }
    return value;
  };
  const vocabulary = tensors.get('token_embd.weight')?.shape[0];
  if (vocabulary === undefined) {
    throw new GraphError('bad-model', `${path} has no tensor "token_embd.weight"`, {
      location: { file: path },
    });
  }
  const width = required('embedding_length');
  const heads = required('attention.head_count');
  const layers = checkedLayers(required('block_count'), path);
  const headWidth = optional('attention.key_length') ?? width / heads;
  const slidingWindow = optional('attention.sliding_window');
  const period = optional('attention.sliding_window_pattern') ?? architecture.slidingPeriod;
  const rope = await readRope(file, {
    base: optional('rope.freq_base') ?? 10_000,
    prefix: architecture.gguf,
  });
  return {
    architecture,
    vocabulary,
    width,
    hiddenWidth: required('feed_forward_length'),
    layers,
    heads,
    kvHeads: optional('attention.head_count_kv') ?? heads,
    headWidth,
    context: required('context_length'),
    normEpsilon: required('attention.layer_norm_rms_epsilon'),
    // GGUF metadata do not list biases: llama.cpp adds those that the file holds.
    biases: linearKinds.filter((kind) =>
      tensors.has(toGgufName(architecture, `${linearPath(0, kind)}.bias`) ?? ''),
    ),
    tiedHead: !tensors.has('output.weight'),
    rope,
    localRope:
      architecture.localRopeBase === undefined
        ? rope
        : {
            base: optional('rope.freq_base_swa') ?? architecture.localRopeBase,
            scaling: { kind: 'none' },
          },
    slidingWindow,
    sliding: Array.from(
      { length: layers },
      (_, layer) =>
        slidingWindow !== undefined && (period === undefined || (layer + 1) % period !== 0),
    ),
    // llama.cpp: Gemma 3 with 27 billion parameters (62 layers) scales by width per head, all others by head width.
    attentionScale:
      (architecture.gguf === 'gemma3' && layers === 62 ? width / heads : headWidth) ** -0.5,
    attentionSoftCap: optional('attn_logit_softcapping'),
    logitSoftCap: optional('final_logit_softcapping'),
  };
}

async function readRope(file: GgufFile, given: { base: number; prefix: string }): Promise<Rope> {
  const { base, prefix } = given;
  const divisors = file.tensors.get('rope_freqs.weight');
  if (divisors !== undefined) {
    const data = await loadWeight(sourceOf(divisors), divisors.shape);
    return { base, scaling: { kind: 'divisors', divisors: data } };
  }
  const scaling = file.metadata.get(`${prefix}.rope.scaling.type`);
  const kind = scaling === undefined || scaling.type === 'array' ? 'none' : String(scaling.value);
  if (kind === 'none') return { base, scaling: { kind: 'none' } };
  const factor = file.metadata.get(`${prefix}.rope.scaling.factor`);
  if (kind === 'linear' && factor !== undefined && factor.type !== 'array') {
    return { base, scaling: { kind: 'linear', factor: Number(factor.value) } };
  }
  throw new GraphError(
    'bad-model',
    `${file.path} asks for RoPE scaling "${kind}"; known are none, linear and a table of frequencies`,
    { location: { file: file.path } },
  );
}
