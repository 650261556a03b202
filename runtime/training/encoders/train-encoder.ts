import type { Executor } from '../ir/executor.ts';
import { CheckpointStore, type Checkpoint } from '../loop/checkpoint-store.ts';
import type { LoopHooks, LoopResult } from '../loop/training-loop.ts';
import { TrainingSteps } from '../loop/training-steps.ts';
import { checkLengths, checkPairs, definitionOf } from './encoder-request.ts';
import { encoderOptimizer, startOf, stepCounts } from './encoder-steps.ts';
import { pairObjective } from './pair-objective.ts';
import { PairPrograms } from './pair-programs.ts';
import {
  chooseShapes,
  fromRunShapes,
  paddingOf,
  toRunShapes,
  type PairShapes,
  type ShapeRequest,
} from './pair-shapes.ts';

export interface EncoderTraining extends ShapeRequest {
  /** sha256 of the model's weights. */
  readonly modelDigest: string;
  readonly executor: Executor;
  readonly hooks: LoopHooks;
}

/**
 * Trains an encoder on questions and their passages, a whole batch at once, since each question picks its own out of
 * the batch. Goes on from the checkpoint that it finds: the same request gives the same numbers, interrupted or not.
 */
export async function trainEncoder(training: EncoderTraining): Promise<LoopResult> {
  const { model, modelDigest, executor, request, hooks } = training;
  checkPairs(request);
  checkLengths(request, model.config.context);
  const run = definitionOf(request, { ...model, digest: modelDigest });
  const store = new CheckpointStore(request.checkpoints, run, hooks.log);
  await store.open();
  const checkpoint = await store.load();
  const shapes = await shapesFor(training, checkpoint);
  hooks.signal.throwIfAborted();
  await using programs = new PairPrograms({ model, executor, request, shapes });
  const { trainable } = programs;
  const parameters = await startOf(model, trainable, request);
  const optimizer = encoderOptimizer(parameters, trainable, request);
  const made = new TrainingSteps({
    plan: { request, ...stepCounts(request) },
    objective: pairObjective(programs, request, { parameters, signal: hooks.signal }),
    ...{ parameters, optimizer, store, hooks },
    shapes: toRunShapes(shapes, request),
  });
  await made.run(checkpoint);
  return { ...(await made.result()), trainable };
}

async function shapesFor(
  training: EncoderTraining,
  checkpoint: Checkpoint | undefined,
): Promise<PairShapes> {
  const { hooks } = training;
  const before = checkpoint && fromRunShapes(checkpoint.shapes);
  const { shapes, memory } = chooseShapes(training, before);
  if (before !== undefined && shapes !== before) {
    hooks.log(
      'warning',
      'Goes on with other programs than those that it began with, which do not fit any more: sums may be rounded otherwise from here.',
    );
  }
  await hooks.planned?.(memory);
  const { recompute } = shapes;
  const padding = paddingOf(training.request, shapes);
  hooks.log(
    'info',
    `Of the tokens that are computed ${(100 * padding).toFixed(0)} % are padding; about ${(memory / 1e9).toFixed(1)} GB${recompute ? ', with layers recomputed in the backward pass to fit' : ''}.`,
  );
  return shapes;
}
