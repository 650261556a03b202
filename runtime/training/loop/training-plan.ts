import { GraphError, type TrainingRequest } from '@graft/graph';
import type { BaseModel } from '../architectures/base-model.ts';
import type { ForwardOptions } from '../architectures/forward.ts';
import { buildLossProgram } from '../architectures/training-program.ts';
import { prepareExamples, type PreparedExample } from '../data/prepared-example.ts';
import { headPlaces } from '../data/buckets.ts';
import { layOutRows, type Row } from '../data/rows.ts';
import type { Shape } from '../ir/shape.ts';
import { planSteps, type StepPlan } from './step-plan.ts';

/** The parts of a request that the loop needs: the model is already open, and others write results. */
export type LoopRequest = Omit<TrainingRequest, 'model' | 'folder' | 'memory'>;

/** Examples arranged in rows. */
export interface RowSet {
  readonly examples: readonly PreparedExample[];
  readonly rows: readonly Row[];
}

/** A request resolved against its base. */
export interface TrainingPlan extends StepPlan {
  readonly request: LoopRequest;
  readonly train: RowSet;
  /** Without rows there is no evaluation. */
  readonly evaluation: RowSet;
}

/** Arranges the data and counts steps. Throws `bad-input` for unusable examples. */
export function planTraining(base: BaseModel, request: LoopRequest): TrainingPlan {
  const { vocabulary } = base.config;
  const { maxLength, packing } = request;
  const rowsOf = (given: LoopRequest['train']): RowSet => {
    const examples = prepareExamples(given, { maxLength, vocabulary });
    return { examples, rows: layOutRows(examples, { packing, maxLength }) };
  };
  const train = rowsOf(request.train);
  if (train.rows.length === 0)
    throw new GraphError('bad-input', 'There are no examples to train on.');
  const plan = planSteps(request, train.rows.length);
  return { ...plan, train, evaluation: rowsOf(request.evaluation) };
}

/** By length, the number of positions that count in the loss: see `headPlaces`. */
export function placesOf(
  { train, evaluation }: Pick<TrainingPlan, 'train' | 'evaluation'>,
  shapes: { readonly size: number; readonly buckets: readonly number[] },
): ReadonlyMap<number, number> {
  return headPlaces([...train.rows, ...evaluation.rows], shapes);
}

/** Shapes of a program, with the number of head positions if it is not all. */
export function programShapes(
  { size, recompute }: { readonly size: number; readonly recompute: boolean },
  length: number,
  places: ReadonlyMap<number, number>,
): Pick<ForwardOptions, 'batch' | 'length' | 'checkpoint' | 'places'> {
  const count = places.get(length);
  const shapes = { batch: size, length, checkpoint: recompute };
  return count === undefined ? shapes : { ...shapes, places: count };
}

/** Program options of the method, for these shapes. */
export function forwardOptions(
  { method }: Pick<LoopRequest, 'method'>,
  shapes: Pick<ForwardOptions, 'batch' | 'length' | 'checkpoint' | 'places'>,
): ForwardOptions {
  if (method.kind === 'full') return { ...shapes, full: true };
  const { rank, alpha, rankStabilized, targets, dora, dropout } = method;
  return { ...shapes, lora: { rank, alpha, rankStabilized, targets, dora, dropout } };
}

/** Trainable tensors by name, in the order of checkpoints. */
export function trainableShapes(
  base: BaseModel,
  request: Pick<LoopRequest, 'method'>,
): ReadonlyMap<string, Shape> {
  const shortest = { batch: 1, length: 1, checkpoint: false };
  return buildLossProgram(base, forwardOptions(request, shortest)).trainable;
}
