import type { TrainingHooks } from '@graft/graph';
import type { BaseModel } from '../architectures/base-model.ts';
import { loraPlusFactor } from '../architectures/lora-spec.ts';
import { rowsOfStep } from '../data/epoch.ts';
import { microBatches } from '../data/micro-batch.ts';
import type { Executor } from '../ir/executor.ts';
import type { Shape } from '../ir/shape.ts';
import { AdamW, type Parameters } from '../optimizer/adamw.ts';
import { CheckpointStore, type Checkpoint } from './checkpoint-store.ts';
import { evaluationLoss, gradientStep, type BatchSetting } from './gradient-step.ts';
import { initialParameters } from './initial-parameters.ts';
import type { RunShapes } from './loop-state.ts';
import { Programs } from './programs.ts';
import { defineRun } from './run-definition.ts';
import { chooseShapes, memoryOf, type ShapeRequest } from './run-shapes.ts';
import { TrainingSteps, type Objective, type StepResult } from './training-steps.ts';
import {
  placesOf,
  planTraining,
  trainableShapes,
  type LoopRequest,
  type TrainingPlan,
} from './training-plan.ts';

export interface LoopOptions {
  readonly base: BaseModel;
  /** sha256 of the base's weights. */
  readonly baseDigest: string;
  readonly executor: Executor;
  readonly request: LoopRequest;
  /** Bytes that the process may take. */
  readonly memory: number;
  /** Bytes that are not exceeded without need, so that the numbers do not depend on what is free. */
  readonly enough: number;
  readonly hooks: LoopHooks;
}

export interface LoopHooks extends Omit<TrainingHooks, 'lease'> {
  /** Bytes that it expects to take, before it takes them; it waits until they are granted. */
  readonly planned?: (memory: number) => Promise<void> | void;
}

export interface LoopResult extends StepResult {
  readonly trainable: ReadonlyMap<string, Shape>;
}

/**
 * Trains until the last step, or until evaluations stop improving. Goes on from the checkpoint that it finds. The same
 * request gives the same numbers on the same device, interrupted or not.
 */
export async function runTraining(options: LoopOptions): Promise<LoopResult> {
  const { base, executor, request, hooks } = options;
  const plan = planTraining(base, request);
  const trainable = trainableShapes(base, request);
  const run = defineRun(request, options.baseDigest);
  const store = new CheckpointStore(request.checkpoints, run, hooks.log);
  await store.open();
  const checkpoint = await store.load();
  const { memory, enough } = options;
  const asked = { base, plan, trainable, memory, enough };
  const shapes = await shapesFor(asked, checkpoint, hooks);
  hooks.signal.throwIfAborted();
  const places = placesOf(plan, shapes);
  await using programs = new Programs({ base, executor, request, ...shapes, places });
  const parameters = await initialParameters(base, trainable, request);
  const { method, weightDecay } = request;
  const optimizer = new AdamW(parameters, {
    weightDecay,
    rateFactor: loraPlusFactor(method.kind === 'lora' ? method.plusRatio : 1),
    // Gains and biases are not pulled to zero, as other trainers hold it too.
    decays: (name) => method.kind === 'lora' || (trainable.get(name)?.length ?? 0) > 1,
  });
  const objective = languageObjective({ plan, shapes, places, programs, parameters, hooks });
  const steps = new TrainingSteps({
    ...{ plan, objective, parameters, optimizer, shapes, store, hooks },
  });
  await steps.run(checkpoint);
  return { ...(await steps.result()), trainable };
}

/** The next token of every trained place. */
function languageObjective({
  plan,
  shapes,
  places,
  programs,
  parameters,
  hooks,
}: {
  readonly plan: TrainingPlan;
  readonly shapes: RunShapes;
  readonly places: ReadonlyMap<number, number>;
  readonly programs: Programs;
  readonly parameters: Parameters;
  readonly hooks: LoopHooks;
}): Objective {
  const { request, train, evaluation } = plan;
  const { signal } = hooks;
  const setting = (examples: BatchSetting['examples']): BatchSetting => {
    return { programs, examples, parameters, seed: request.seed, signal };
  };
  const evaluated = microBatches(evaluation.rows, { ...shapes, places });
  return {
    async prepare() {
      const longest = train.rows.reduce((most, row) => Math.max(most, row.length), 0);
      const last = shapes.buckets.findIndex((bucket) => bucket >= longest);
      for (const length of shapes.buckets.slice(0, last + 1)) await programs.training(length);
    },
    step(step) {
      const batches = microBatches(rowsOfStep(train.rows, step, request), { ...shapes, places });
      return gradientStep(batches, setting(train.examples), step);
    },
    ...(evaluated.length > 0 && {
      evaluate: () => evaluationLoss(evaluated, setting(evaluation.examples)),
    }),
  };
}

async function shapesFor(
  request: ShapeRequest,
  checkpoint: Checkpoint | undefined,
  { log, planned }: LoopHooks,
): Promise<RunShapes> {
  const { microBatch, batch } = request.plan.request;
  if (checkpoint !== undefined) {
    const { shapes } = checkpoint;
    const smaller = microBatch > 0 && microBatch < shapes.size;
    const memory = memoryOf(request, shapes);
    if (!smaller && memory <= request.memory) {
      await planned?.(memory);
      return shapes;
    }
    log(
      'warning',
      `Goes on with other micro-batches than those of ${shapes.size} rows that it began with, ${smaller ? 'as was asked for' : 'which do not fit any more'}: sums are rounded otherwise from here.`,
    );
  }
  const { shapes, memory } = chooseShapes(request);
  await planned?.(memory);
  const { size, buckets, recompute } = shapes;
  if (Math.min(microBatch, batch) > size) {
    log('warning', `Rows are computed ${size} at once: ${microBatch} do not fit.`);
  }
  log(
    'info',
    `${size} of ${batch} rows at once, padded to ${buckets.join(', ')} tokens; about ${(memory / 1e9).toFixed(1)} GB${recompute ? ', with layers recomputed in the backward pass to fit' : ''}.`,
  );
  return shapes;
}
