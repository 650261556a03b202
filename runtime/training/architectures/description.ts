import { GraphError, trainableFamilies, type TrainableFamily } from '@graft/graph';

/** The linear maps of a layer, by the last part of their published path, in model order. */
export const linearKinds = [
  'q_proj',
  'k_proj',
  'v_proj',
  'o_proj',
  'gate_proj',
  'up_proj',
  'down_proj',
] as const;
export type LinearKind = (typeof linearKinds)[number];

/** How a family of decoder models differs from the common plan. Data, not code: `forward.ts` reads it. */
export interface Architecture {
  readonly name: string;
  /** `general.architecture` in GGUF files. */
  readonly gguf: TrainableFamily;
  /** `model_type` in a config.json. */
  readonly modelTypes: readonly string[];
  /** Linear maps that always have a bias, and those that have one if a config.json says so, by its field. */
  readonly biases: {
    readonly always: readonly LinearKind[];
    readonly attention: readonly LinearKind[];
    readonly mlp: readonly LinearKind[];
  };
  /** RMSNorm on each head's query and key before RoPE. */
  readonly queryKeyNorm: boolean;
  readonly activation: 'silu' | 'geluTanh';
  /** A norm also after attention and after the MLP, not only before. */
  readonly postNorms: boolean;
  /** safetensors hold gain − 1; GGUF files hold the gain. */
  readonly gainLessOne: boolean;
  /** Embeddings are multiplied by √width. */
  readonly scaledEmbedding: boolean;
  /** GGUF files interleave the rows of q and k: (i, i + head/2) side by side. */
  readonly pairedRowsInGguf: boolean;
  /** RoPE base of sliding layers if it differs, else undefined. */
  readonly localRopeBase: number | undefined;
  /** Every n-th layer sees everything, the others a window; undefined: the config decides. */
  readonly slidingPeriod: number | undefined;
}

const attention = ['q_proj', 'k_proj', 'v_proj', 'o_proj'] as const;

const plain = {
  biases: { always: [], attention, mlp: [] },
  queryKeyNorm: false,
  activation: 'silu',
  postNorms: false,
  gainLessOne: false,
  scaledEmbedding: false,
  pairedRowsInGguf: false,
  localRopeBase: undefined,
  slidingPeriod: undefined,
} as const;

export const architectures: readonly Architecture[] = [
  {
    ...plain,
    name: 'llama',
    gguf: 'llama',
    modelTypes: trainableFamilies.llama,
    biases: { always: [], attention, mlp: ['gate_proj', 'up_proj', 'down_proj'] },
    pairedRowsInGguf: true,
  },
  {
    ...plain,
    name: 'qwen2',
    gguf: 'qwen2',
    modelTypes: trainableFamilies.qwen2,
    biases: { always: ['q_proj', 'k_proj', 'v_proj'], attention: [], mlp: [] },
  },
  {
    ...plain,
    name: 'qwen3',
    gguf: 'qwen3',
    modelTypes: trainableFamilies.qwen3,
    queryKeyNorm: true,
  },
  {
    ...plain,
    name: 'gemma3',
    gguf: 'gemma3',
    modelTypes: trainableFamilies.gemma3,
    queryKeyNorm: true,
    activation: 'geluTanh',
    postNorms: true,
    gainLessOne: true,
    scaledEmbedding: true,
    localRopeBase: 10_000,
    slidingPeriod: 6,
  },
];

/** The description of a model; throws `bad-model` with the known ones. */
export function architectureOf(by: 'gguf' | 'modelType', name: string, file: string): Architecture {
  const found = architectures.find((architecture) =>
    by === 'gguf' ? architecture.gguf === name : architecture.modelTypes.includes(name),
  );
  if (found === undefined) {
    const known = architectures.flatMap((architecture) =>
      by === 'gguf' ? [architecture.gguf] : architecture.modelTypes,
    );
    throw new GraphError(
      'bad-model',
      `${file} has the architecture "${name}", which Graft can neither train nor convert; choose one of ${known.join(', ')}`,
      { location: { file } },
    );
  }
  return found;
}
