import { join } from 'node:path';
import { GraphError, type EmbeddingLayout } from '@graft/graph';
import { readFloatTensors } from './float-tensors.ts';

type Activation = EmbeddingLayout['dense'][number]['activation'];

/** A linear map of a text's vector, with its activation. */
export interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** Row-major [outputs, inputs]. */
  readonly weight: Float32Array;
  /** [outputs]. */
  readonly bias: Float32Array | undefined;
  readonly activation: Activation;
}

/** The layers of a model in its folder. Throws `bad-model` where their widths do not fit, and `damaged-file`. */
export async function loadDenseLayers(
  folder: string,
  { dense }: Pick<EmbeddingLayout, 'dense'>,
): Promise<DenseLayer[]> {
  const layers: DenseLayer[] = [];
  for (const { weights, activation } of dense) {
    const file = join(folder, weights);
    const tensors = await readFloatTensors(file, ['linear.weight', 'linear.bias']);
    const weight = tensors.get('linear.weight');
    const bias = tensors.get('linear.bias');
    const [outputs = 0, inputs = 0] = weight?.shape ?? [];
    const wanted = layers.at(-1)?.outputs ?? inputs;
    const isBiasFit = bias === undefined || bias.data.length === outputs;
    if (weight?.shape.length !== 2 || inputs !== wanted || !isBiasFit) {
      const message = `${weights} has no linear.weight and linear.bias that fit the layer before. Get the model's files again.`;
      throw new GraphError('bad-model', message, { location: { file } });
    }
    layers.push({ inputs, outputs, weight: weight.data, bias: bias?.data, activation });
  }
  return layers;
}

/** `activation(weight · vector + bias)`. */
export function applyDense(layer: DenseLayer, vector: Float32Array): Float32Array {
  const { inputs, outputs, weight, bias, activation } = layer;
  const apply = functions[activation];
  const result = new Float32Array(outputs);
  for (let row = 0; row < outputs; row++) {
    let sum = bias?.[row] ?? 0;
    for (let column = 0; column < inputs; column++) {
      sum += (weight[row * inputs + column] ?? NaN) * (vector[column] ?? NaN);
    }
    result[row] = apply(sum);
  }
  return result;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const functions: Readonly<Record<Activation, (x: number) => number>> = {
  Identity: (x) => x,
  Tanh: Math.tanh,
  ReLU: (x) => Math.max(0, x),
  Sigmoid: sigmoid,
  SiLU: (x) => x * sigmoid(x),
  GELU: (x) => (x / 2) * (1 + errorFunction(x / Math.SQRT2)),
};

/** erf to 1.5e-7 (Abramowitz and Stegun, 7.1.26). */
function errorFunction(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series =
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(x) * (1 - series * Math.exp(-x * x));
}
