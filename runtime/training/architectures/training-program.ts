import { gradients } from '../autodiff/index.ts';
import { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/op.ts';
import type { Program } from '../ir/program.ts';
import { buildForward, type ForwardOptions, type ModelPlan } from './forward.ts';

/** With or without the backward pass. */
export type ProgramKind = 'training' | 'evaluation';

export interface TrainingProgram {
  /** Outputs `loss`, `correct` and, if it trains, `gradient:<name>` of every trainable input. */
  readonly program: Program;
  readonly trainable: ReadonlyMap<string, readonly number[]>;
}

export function gradientName(trainable: string): string {
  return `gradient:${trainable}`;
}

/** A forward pass whose loss is differentiable by `trainable` inputs. */
export interface LossOutputs {
  readonly outputs: Readonly<Record<string, Value>> & { readonly loss: Value };
  readonly trainable: ReadonlyMap<string, Value>;
}

/** The program of a forward pass; for training, with the derivative of its loss by every trainable input. */
export function lossProgram(
  b: Builder,
  kind: ProgramKind,
  { outputs, trainable }: LossOutputs,
): TrainingProgram {
  const derived = kind === 'training' ? gradients(b, outputs.loss, [...trainable.values()]) : [];
  const names = [...trainable.keys()];
  return {
    program: b.build({
      ...outputs,
      ...Object.fromEntries(derived.map((g, at) => [gradientName(names[at] ?? ''), g])),
    }),
    trainable: new Map([...trainable].map(([name, { shape }]) => [name, shape])),
  };
}

/** Forward and backward pass of one micro-batch. */
export function buildTrainingProgram(model: ModelPlan, options: ForwardOptions): TrainingProgram {
  const b = new Builder();
  const { loss, correct, trainable } = buildForward(b, model, { ...options, training: true });
  return lossProgram(b, 'training', { outputs: { loss, correct }, trainable });
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
  return lossProgram(b, 'evaluation', { outputs: { loss, correct }, trainable });
}
