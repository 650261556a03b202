import { GraphError } from '@graft/graph';
import { gradientName } from '../architectures/training-program.ts';
import { stepsPerEpoch } from '../data/epoch.ts';
import { loadWeight } from '../formats/load-weight.ts';
import { requireWeight, type Results } from '../ir/executor.ts';
import type { Shape } from '../ir/shape.ts';
import { startOfFactor } from '../loop/initial-parameters.ts';
import { AdamW, type Parameters } from '../optimizer/adamw.ts';
import type { EncoderModel } from './encoder-model.ts';
import type { EncoderRequest } from './encoder-request.ts';

/** What the steps of every encoder's training go by, pairs or lists. */
type StepRequest = Pick<
  EncoderRequest,
  'batch' | 'epochs' | 'maxSteps' | 'warmup' | 'weightDecay'
> & { readonly train: { readonly length: number } };

/** How many steps there are in an epoch and in all, and how many of them warm up. */
export function stepCounts({ train, batch, epochs, maxSteps, warmup }: StepRequest) {
  const perEpoch = stepsPerEpoch(train.length, batch);
  const whole = Math.ceil(perEpoch * epochs);
  const steps = maxSteps > 0 ? Math.min(maxSteps, whole) : whole;
  return { stepsPerEpoch: perEpoch, steps, warmup: Math.ceil(steps * warmup) };
}

/** AdamW that lets matrices decay, and neither biases nor norms. */
export function encoderOptimizer(
  parameters: Parameters,
  trainable: ReadonlyMap<string, Shape>,
  { weightDecay }: StepRequest,
): AdamW {
  return new AdamW(parameters, {
    weightDecay,
    decays: (name) => (trainable.get(name)?.length ?? 0) > 1,
  });
}

/** The numbers that a training begins with: those in `made`, else LoRA as PEFT begins, or the model's own weights. */
export async function startOf(
  model: EncoderModel,
  trainable: ReadonlyMap<string, Shape>,
  {
    method,
    seed,
    made = new Map(),
  }: Pick<EncoderRequest, 'method' | 'seed'> & { readonly made?: Parameters },
): Promise<Map<string, Float32Array>> {
  const parameters = new Map<string, Float32Array>();
  for (const [name, shape] of trainable) {
    const data =
      made.get(name) ??
      (method.kind === 'lora'
        ? startOfFactor(name, shape, seed)
        : // A copy: training writes into it.
          (await loadWeight(requireWeight(model.weights, name), shape)).slice());
    parameters.set(name, data);
  }
  return parameters;
}

/** A step's gradient of a parameter. Throws `internal` where it gave none. */
export function gradientOf(results: Results, name: string): Float32Array {
  const gradient = results[gradientName(name)];
  if (gradient !== undefined) return gradient;
  throw new GraphError('internal', `a step gave no gradient of "${name}"`, {
    audience: 'developer',
  });
}
