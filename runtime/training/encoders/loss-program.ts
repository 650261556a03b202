import { gradientName, type TrainingProgram } from '../architectures/training-program.ts';
import { gradients } from '../autodiff/index.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/op.ts';

/** What a forward pass gives, its loss among it, and what it can be derived by. */
type LossOutputs = Readonly<Record<string, Value>> & { readonly loss: Value };

/** The forward pass with the derivative of its loss: `gradient:<name>` of every trainable input beside its outputs. */
export function derivedProgram(
  b: Builder,
  outputs: LossOutputs,
  trainable: ReadonlyMap<string, Value>,
): TrainingProgram {
  const derived = gradients(b, outputs.loss, [...trainable.values()]);
  const named = [...trainable.keys()].map((name, at) => [
    gradientName(name),
    derived[at] ?? outputs.loss,
  ]);
  return lossProgram(b, { ...outputs, ...Object.fromEntries(named) }, trainable);
}

/** The forward pass alone. */
export function lossProgram(
  b: Builder,
  outputs: LossOutputs,
  trainable: ReadonlyMap<string, Value>,
): TrainingProgram {
  return {
    program: b.build(outputs),
    trainable: new Map([...trainable].map(([name, { shape }]) => [name, shape])),
  };
}
