import type { Executor, Results } from '../ir/executor.ts';
import { CheckpointStore, type Checkpoint } from '../loop/checkpoint-store.ts';
import type { BatchLoss } from '../loop/gradient-step.ts';
import type { LoopHooks, LoopResult } from '../loop/training-loop.ts';
import { TrainingSteps, type Objective } from '../loop/training-steps.ts';
import type { Parameters } from '../optimizer/adamw.ts';
import { checkPairs, definitionOf, passagesOf, type EncoderRequest } from './encoder-request.ts';
import { encoderOptimizer, gradientOf, startOf, stepCounts } from './encoder-steps.ts';
import { evaluationBatches, firstBatches, trainingBatch, type PairBatch } from './pair-batches.ts';
import { PairPrograms } from './pair-programs.ts';
import {
  chooseShapes,
  fromRunShapes,
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
  checkPairs(request, model.config.context);
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
  const { questions, passages, recompute } = shapes;
  hooks.log(
    'info',
    `Questions are padded to ${questions.join(' or ')} tokens and passages to ${passages.join(' or ')}; about ${(memory / 1e9).toFixed(1)} GB${recompute ? ', with layers recomputed in the backward pass to fit' : ''}.`,
  );
  return shapes;
}

function pairObjective(
  programs: PairPrograms,
  request: EncoderRequest,
  setting: { readonly parameters: Parameters; readonly signal: AbortSignal },
): Objective {
  const evaluated = evaluationBatches(request);
  const count = request.evaluation.length;
  return {
    async prepare() {
      await programs.prepare('training', firstBatches(request));
      await programs.prepare('evaluation', evaluated);
    },
    async step(step) {
      const batch = trainingBatch(request, step);
      const results = await programs.run('training', batch, { ...setting, count: batch.counted });
      const gradients = new Map(
        [...setting.parameters.keys()].map((name) => [name, gradientOf(results, name)]),
      );
      return { ...lossOf(results, batch, batch.counted), gradients };
    },
    ...(evaluated.length > 0 && {
      async evaluate() {
        const sum = { loss: 0, accuracy: 0, tokens: 0 };
        for (const batch of evaluated) {
          const results = await programs.run('evaluation', batch, { ...setting, count });
          const part = lossOf(results, batch, count);
          sum.loss += part.loss;
          sum.accuracy += part.accuracy;
          sum.tokens += part.tokens;
        }
        return sum;
      },
    }),
  };
}

function lossOf(results: Results, { pairs, counted }: PairBatch, count: number): BatchLoss {
  const correct = [...(results['correct'] ?? [])].slice(0, counted);
  const texts = pairs.flatMap((pair) => [pair.question, ...passagesOf(pair)]);
  return {
    loss: results['loss']?.[0] ?? NaN,
    accuracy: correct.reduce((sum, one) => sum + one, 0) / count,
    tokens: texts.reduce((sum, text) => sum + text.length, 0),
  };
}
