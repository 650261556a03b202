import type { BaseModel } from '../architectures/base-model.ts';
import { dropoutFeeds } from '../architectures/dropout.ts';
import { loraPlusFactor } from '../architectures/lora-spec.ts';
import { buildLossProgram, buildTrainingProgram } from '../architectures/training-program.ts';
import { rowsOfStep } from '../data/epoch.ts';
import { feedsOf, microBatches } from '../data/micro-batch.ts';
import type { Feeds } from '../ir/executor.ts';
import { seedFor } from '../optimizer/random.ts';
import { initialParameters, magnitudesOf } from './initial-parameters.ts';
import type { RunShapes } from './loop-state.ts';
import type { Batch, Objective } from './objective.ts';
import { defineRun } from './run-definition.ts';
import { chooseShapes, memoryOf } from './run-shapes.ts';
import type { LoopHooks, TrainingTask } from './training-loop.ts';
import {
  forwardOptions,
  placesOf,
  planTraining,
  programShapes,
  trainableShapes,
  type LoopRequest,
  type RowSet,
  type TrainingPlan,
} from './training-plan.ts';

/** Raise it when the same request would give other numbers: earlier checkpoints are then not resumed. */
const loopVersion = 2;

export interface LanguageTraining {
  readonly base: BaseModel;
  /** sha256 of the base's weights. */
  readonly baseDigest: string;
  readonly request: LoopRequest;
  /** Bytes not to exceed without need, so that the numbers do not depend on free memory. */
  readonly enough: number;
  readonly log: LoopHooks['log'];
}

/** Trains a language model on the next token of every trained position; programs are by row length. */
export function languageTask(training: LanguageTraining): TrainingTask<number> {
  const { base, baseDigest, request, enough, log } = training;
  const { method, batch, microBatch } = request;
  const plan = planTraining(base, request);
  const asked = { base, plan, trainable: trainableShapes(base, request), enough };
  return {
    plan,
    run: defineRun(request, {
      settings: { loopVersion, base: baseDigest },
      // Ids are only names.
      numbersOf: ({ tokens, trained }) => [
        Int32Array.of(tokens.length, trained.length),
        Int32Array.from(tokens),
        Uint8Array.from(trained),
      ],
    }),
    weights: base.weights,
    parameters: (trainable) =>
      initialParameters({ weights: base.weights, given: magnitudesOf(base) }, trainable, request),
    optimizer: {
      rateFactor: loraPlusFactor(method.kind === 'lora' ? method.plusRatio : 1),
      ...(method.kind === 'lora' && { decays: () => true }),
    },
    shapes: {
      choose(memory) {
        const chosen = chooseShapes({ ...asked, memory });
        const { size } = chosen.shapes;
        if (Math.min(microBatch, batch) > size) {
          log(
            'warning',
            `Computes ${size} rows at once, because ${microBatch} do not fit into memory.`,
          );
        }
        return chosen;
      },
      memoryOf: (shapes) => memoryOf(asked, shapes),
      keeps: ({ size }) => microBatch === 0 || microBatch >= size,
      describe: ({ size, buckets }) =>
        `${size} of ${batch} rows at once, padded to ${buckets.join(', ')} tokens`,
    },
    objective: (shapes) => languageObjective(base, plan, shapes),
  };
}

function languageObjective(
  base: BaseModel,
  { request, train, evaluation }: TrainingPlan,
  shapes: RunShapes,
): Objective<number> {
  const places = placesOf({ train, evaluation }, shapes);
  const optionsOf = (length: number) =>
    forwardOptions(request, programShapes(shapes, length, places));
  const batchesOf = (
    { rows, examples }: RowSet,
    dropout: (length: number, at: number) => Feeds = () => ({}),
  ): Batch<number>[] => {
    const divisor = rows.reduce((sum, row) => sum + row.trained, 0);
    return microBatches(rows, { ...shapes, places }).map((batch, at) => ({
      sizes: batch.length,
      feeds: () => ({ ...feedsOf(batch, examples, divisor), ...dropout(batch.length, at) }),
      tokens: batch.rows.reduce((sum, row) => sum + row.length, 0),
    }));
  };
  const evaluated = batchesOf(evaluation);
  return {
    sizes: shapes.buckets,
    build: (kind, length) =>
      (kind === 'training' ? buildTrainingProgram : buildLossProgram)(base, optionsOf(length)),
    batches(step) {
      const rows = rowsOfStep(train.rows, step, request);
      // Dropout depends only on the seed, the step and the micro-batch, so that a resumed run drops the same.
      return batchesOf({ ...train, rows }, (length, at) =>
        dropoutFeeds(
          base.config,
          optionsOf(length),
          seedFor(`dropout ${step} ${at}`, request.seed),
        ),
      );
    },
    evaluation: evaluated.length > 0 ? [evaluated] : [],
  };
}
