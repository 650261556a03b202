import { GraphError, type EncoderMethod } from '@graft/graph';
import type { WeightLookup } from '../ir/executor.ts';
import { firstThatFits, memoryOfObjective } from '../loop/fitting.ts';
import { initialParameters, type InitialSource } from '../loop/initial-parameters.ts';
import type { RunShapes } from '../loop/loop-state.ts';
import { defineRun, type RunParts, type RunRequest } from '../loop/run-definition.ts';
import type { TrainingTask } from '../loop/training-loop.ts';
import { planSteps } from '../loop/step-plan.ts';
import type { EncoderModel } from './encoder-model.ts';
import type { EncoderOptions } from './encoder.ts';

/** Parts of a task on pairs or lists. */
export interface RowTaskParts<Row, Sizes>
  extends RunParts<Row>, Pick<TrainingTask<Sizes>, 'parameters' | 'objective'> {
  readonly weights?: WeightLookup;
  /** Copies of the trainable tensors held at the same time: themselves, two moments, and gradients. */
  readonly copies: number;
  /** Bytes held beside programs and trainable tensors. */
  readonly held?: number;
  /** Best first. */
  readonly candidates: () => Iterable<RunShapes>;
  readonly remedies: readonly string[];
  readonly describe: (shapes: RunShapes) => string;
}

/** A task whose programs' memory is counted one by one. */
export function rowTask<Row, Sizes>(
  request: RunRequest<Row>,
  parts: RowTaskParts<Row, Sizes>,
): TrainingTask<Sizes> {
  const { weights = () => undefined, copies, held = 0, candidates, remedies, describe } = parts;
  const { parameters, objective } = parts;
  const memoryOf = (shapes: RunShapes): number =>
    memoryOfObjective(objective(shapes), { weights, copies }) + held;
  return {
    plan: planSteps(request, request.train.length),
    run: defineRun(request, parts),
    shapes: {
      choose: (memory) => firstThatFits(candidates(), memoryOf, { memory, remedies }),
      ...{ memoryOf, describe },
    },
    ...{ weights, parameters, objective },
  };
}

/** A request for training an encoder; steps have `batch` rows. */
export interface EncoderRequest<Row> extends RunRequest<Row> {
  readonly method: EncoderMethod;
}

export interface EncoderTraining<Row> {
  readonly model: EncoderModel;
  /** sha256 of the model's weights. */
  readonly modelDigest: string;
  readonly request: EncoderRequest<Row>;
}

/** Differences between the tasks on encoders. */
interface EncoderParts<Row, Sizes> extends Omit<
  RowTaskParts<Row, Sizes>,
  'settings' | 'weights' | 'parameters' | 'held'
> {
  /** Version of the code that determines the numbers, by its name. */
  readonly version: Readonly<Record<string, number>>;
  /** Parameters that the model lacks. */
  readonly given?: InitialSource['given'];
}

export function encoderTask<Row, Sizes>(
  { model, modelDigest, request }: EncoderTraining<Row>,
  { version, given, remedies, ...parts }: EncoderParts<Row, Sizes>,
): TrainingTask<Sizes> {
  const { config, weights } = model;
  const full = request.method.kind === 'full' ? ['a LoRA instead of all weights'] : [];
  return rowTask(request, {
    ...parts,
    settings: { ...version, base: modelDigest, config },
    weights,
    parameters: (trainable) => initialParameters({ weights, given }, trainable, request),
    remedies: [...remedies, 'fewer negatives', 'shorter texts', ...full],
  });
}

/** Program options of the method. */
export function encoderOptions(
  { method }: Pick<EncoderRequest<unknown>, 'method'>,
  recompute: boolean,
): EncoderOptions {
  const trained = method.kind === 'full' ? { full: true } : { lora: method };
  return { ...trained, checkpoint: recompute };
}

/** Throws `bad-input` if a text is longer than the encoder reads. */
export function checkLengths(
  what: string,
  texts: readonly { readonly length: number }[],
  { config: { context } }: Pick<EncoderModel, 'config'>,
): void {
  const longest = texts.reduce((most, { length }) => Math.max(most, length), 0);
  if (longest <= context) return;
  throw new GraphError(
    'bad-input',
    `${what} has ${String(longest)} tokens, but the encoder reads only ${String(context)}. Shorten the texts first.`,
  );
}
