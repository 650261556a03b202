import { GraphError, type EncoderMethod } from '@graft/graph';
import { factorNames, loraScale, targetsAmong } from '../architectures/lora-spec.ts';
import { loadWeight } from '../formats/load-weight.ts';
import { requireWeight, type WeightLookup } from '../ir/executor.ts';
import type { Parameters } from '../optimizer/adamw.ts';
import { encoderModules, encoderWeightShapes } from './encoder-config.ts';
import type { EncoderModel } from './encoder-model.ts';
import type { EncoderLora } from './encoder.ts';

/** The encoder's weights after training: replaced, or with the trained addition. */
export async function trainedWeights(
  model: EncoderModel,
  method: EncoderMethod,
  parameters: Parameters,
): Promise<WeightLookup> {
  if (method.kind === 'lora') return mergeLora(model, method, parameters);
  for (const name of encoderWeightShapes(model.config).keys()) trainedTensor(parameters, name);
  return (name) => ({ kind: 'memory', data: trainedTensor(parameters, name) });
}

function trainedTensor(parameters: Parameters, name: string): Float32Array {
  const data = parameters.get(name);
  if (data !== undefined) return data;
  throw new GraphError('internal', `"${name}" is not among what was trained`, {
    audience: 'developer',
  });
}

/** The weights, with W + s·B·A where there are trained factors. */
async function mergeLora(
  model: EncoderModel,
  lora: EncoderLora,
  factors: Parameters,
): Promise<WeightLookup> {
  const scale = loraScale(lora);
  const merged = new Map<string, Float32Array>();
  for (const { path, inputs, outputs } of targetsAmong(encoderModules(model.config), lora)) {
    const name = `${path}.weight`;
    const data = (await loadWeight(requireWeight(model.weights, name), [outputs, inputs])).slice();
    const [nameA, nameB] = factorNames(path);
    const [a, b] = [trainedTensor(factors, nameA), trainedTensor(factors, nameB)];
    addProduct(data, { a, b, inputs, scale });
    merged.set(name, data);
  }
  return (name) => {
    const data = merged.get(name);
    return data === undefined ? model.weights(name) : { kind: 'memory', data };
  };
}

/** Adds s·B·A, B [outputs, rank], A [rank, inputs]. */
function addProduct(
  to: Float32Array,
  {
    a,
    b,
    inputs,
    scale,
  }: {
    readonly a: Float32Array;
    readonly b: Float32Array;
    readonly inputs: number;
    readonly scale: number;
  },
): void {
  const rank = a.length / inputs;
  for (let row = 0; row < to.length / inputs; row++) {
    for (let inner = 0; inner < rank; inner++) {
      const factor = scale * (b[row * rank + inner] ?? NaN);
      for (let column = 0; column < inputs; column++) {
        const at = row * inputs + column;
        to[at] = (to[at] ?? NaN) + factor * (a[inner * inputs + column] ?? NaN);
      }
    }
  }
}
