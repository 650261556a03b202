import { gradients } from '../autodiff/index.ts';
import { Builder } from '../ir/builder.ts';
import type { Program } from '../ir/program.ts';
import { buildForward, type ForwardOptions, type ModelPlan } from './forward.ts';

export interface TrainingProgram {
  /** Outputs `loss`, `correct`, and, where it is trained, `gradient:<name>` of every trainable input. */
  readonly program: Program;
  readonly trainable: ReadonlyMap<string, readonly number[]>;
}

export function gradientName(trainable: string): string {
  return `gradient:${trainable}`;
}

/** Forward and backward pass of one micro-batch. */
export function buildTrainingProgram(model: ModelPlan, options: ForwardOptions): TrainingProgram {
  const b = new Builder();
  const { loss, correct, trainable } = buildForward(b, model, { ...options, training: true });
  const names = [...trainable.keys()];
  const derived = gradients(b, loss, [...trainable.values()]);
  const outputs = { loss, correct };
  const program = b.build({
    ...outputs,
    ...Object.fromEntries(derived.map((g, i) => [gradientName(names[i] ?? ''), g])),
  });
  return { program, trainable: new Map([...trainable].map(([name, v]) => [name, v.shape])) };
}

/** Forward pass only: outputs `logits`, `loss`, `correct`. */
export function buildEvaluationProgram(model: ModelPlan, options: ForwardOptions): Program {
  const b = new Builder();
  const { logits, loss, correct } = buildForward(b, model, options);
  return b.build({ logits, loss, correct });
}

/** Forward pass only, without its large logits: outputs `loss` and `correct`. */
export function buildLossProgram(model: ModelPlan, options: ForwardOptions): TrainingProgram {
  const b = new Builder();
  const { loss, correct, trainable } = buildForward(b, model, options);
  const program = b.build({ loss, correct });
  return { program, trainable: new Map([...trainable].map(([name, v]) => [name, v.shape])) };
}
