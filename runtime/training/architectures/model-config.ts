import { GraphError } from '@graft/graph';
import { type Architecture, linearKinds, type LinearKind } from './description.ts';

/** RoPE's frequencies: θᵢ = base^(−2i/headWidth), then scaled. */
export interface Rope {
  readonly base: number;
  readonly scaling:
    | { readonly kind: 'none' }
    /** Positions divided by `factor`. */
    | { readonly kind: 'linear'; readonly factor: number }
    /** Llama 3.1's: long wavelengths divided by `factor`, short ones kept, a ramp between. */
    | {
        readonly kind: 'llama3';
        readonly factor: number;
        readonly lowFactor: number;
        readonly highFactor: number;
        readonly originalContext: number;
      }
    /** One divisor per frequency, as `rope_freqs.weight` of GGUF files gives them. */
    | { readonly kind: 'divisors'; readonly divisors: Float32Array };
}

/** The sizes of one model, from any file format. */
export interface ModelConfig {
  readonly architecture: Architecture;
  readonly vocabulary: number;
  readonly width: number;
  readonly hiddenWidth: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headWidth: number;
  readonly context: number;
  readonly normEpsilon: number;
  /** Linear maps with a bias, in every layer. */
  readonly biases: readonly LinearKind[];
  readonly tiedHead: boolean;
  readonly rope: Rope;
  /** RoPE of sliding layers. */
  readonly localRope: Rope;
  /** Tokens that a sliding layer sees, including the current one. */
  readonly slidingWindow: number | undefined;
  /** Whether each layer slides. */
  readonly sliding: readonly boolean[];
  /** Multiplies q·k. */
  readonly attentionScale: number;
  readonly attentionSoftCap: number | undefined;
  readonly logitSoftCap: number | undefined;
}

/** How a file differs from the published module layout. */
export interface WeightLayout {
  /** Rows of q and k are interleaved in pairs. */
  readonly pairedRows: boolean;
  /** The file stores norm gains minus one. */
  readonly gainLessOne: boolean;
}

/** A linear map of a model, under its published module path. */
export interface LinearMap {
  readonly path: string;
  /** The last part of the path: adapters name targets by it. */
  readonly kind: string;
  readonly inputs: number;
  readonly outputs: number;
}

export interface LinearModule extends LinearMap {
  readonly kind: LinearKind;
}

/** Inputs and outputs of a kind of linear map. */
export function linearSize(config: ModelConfig, kind: LinearKind): readonly [number, number] {
  const queries = config.heads * config.headWidth;
  const keys = config.kvHeads * config.headWidth;
  switch (kind) {
    case 'q_proj':
      return [config.width, queries];
    case 'k_proj':
    case 'v_proj':
      return [config.width, keys];
    case 'o_proj':
      return [queries, config.width];
    case 'gate_proj':
    case 'up_proj':
      return [config.width, config.hiddenWidth];
    case 'down_proj':
      return [config.hiddenWidth, config.width];
  }
}

export function linearPath(layer: number, kind: LinearKind): string {
  const block = kind.endsWith('k_proj') || /^[qvo]_/.test(kind) ? 'self_attn' : 'mlp';
  return `model.layers.${layer}.${block}.${kind}`;
}

/** Every linear map of the layers, in order; without the head. */
export function linearModules(config: ModelConfig): readonly LinearModule[] {
  return Array.from({ length: config.layers }, (_, layer) =>
    linearKinds.map((kind) => {
      const [inputs, outputs] = linearSize(config, kind);
      return { path: linearPath(layer, kind), kind, inputs, outputs };
    }),
  ).flat();
}

/** Known models have up to 150. */
const mostLayers = 1_000;

/** The number of layers that a file states. Throws `bad-model` for an invalid number, or more than any model has. */
export function checkedLayers(claimed: number, file: string): number {
  if (Number.isInteger(claimed) && claimed > 0 && claimed <= mostLayers) return claimed;
  throw new GraphError(
    'bad-model',
    `${file} claims ${String(claimed)} layers; a model has a whole number of them, at most ${String(mostLayers)}. Fetch it again`,
    { location: { file } },
  );
}
