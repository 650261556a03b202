import { GraphError } from '@graft/graph';
import { programMemory, runtimeMemory } from '../architectures/training-memory.ts';
import { gradientName } from '../architectures/training-program.ts';
import { rowsOfStep, stepsPerEpoch } from '../data/epoch.ts';
import { loadWeight } from '../formats/load-weight.ts';
import { requireWeight, type Executor, type Results } from '../ir/executor.ts';
import { sizeOf, type Shape } from '../ir/shape.ts';
import { CheckpointStore } from '../loop/checkpoint-store.ts';
import type { BatchLoss } from '../loop/gradient-step.ts';
import { startOfFactor } from '../loop/initial-parameters.ts';
import type { LoopHooks, LoopResult } from '../loop/training-loop.ts';
import { TrainingSteps, type Objective } from '../loop/training-steps.ts';
import { AdamW, type Parameters } from '../optimizer/adamw.ts';
import type { EncoderModel } from './encoder-model.ts';
import { checkPairs, definitionOf, passagesOf, type EncoderRequest } from './encoder-request.ts';
import { buildPairProgram } from './pair-program.ts';
import { encoderOptions, lengthsOf, PairPrograms, type PairLengths } from './pair-programs.ts';
import type { TokenPair } from './text-feeds.ts';

export interface EncoderTraining {
  readonly model: EncoderModel;
  /** sha256 of the model's weights. */
  readonly modelDigest: string;
  readonly executor: Executor;
  readonly request: EncoderRequest;
  /** Bytes that the process may take. */
  readonly memory: number;
  readonly hooks: LoopHooks;
}

/**
 * Trains an encoder on questions and their passages, a whole batch at once, since each question picks its own out of
 * the batch. Goes on from the checkpoint that it finds: the same request gives the same numbers, interrupted or not.
 */
export async function trainEncoder(training: EncoderTraining): Promise<LoopResult> {
  const { model, modelDigest, executor, request, hooks } = training;
  checkPairs(request, model.config.context);
  const run = definitionOf(request, modelDigest);
  const store = new CheckpointStore(request.checkpoints, run, hooks.log);
  await store.open();
  const checkpoint = await store.load();
  const lengths = lengthsOf(request, model.config.context);
  const { recompute, memory } = fitting(training, lengths, checkpoint?.shapes.recompute);
  await hooks.planned?.(memory);
  hooks.signal.throwIfAborted();
  await using programs = new PairPrograms({ model, executor, request, lengths, recompute });
  const { trainable } = programs;
  const parameters = await startOf(model, trainable, request);
  const optimizer = new AdamW(parameters, {
    weightDecay: request.weightDecay,
    decays: (name) => (trainable.get(name)?.length ?? 0) > 1,
  });
  const perEpoch = stepsPerEpoch(request.train.length, request.batch);
  const whole = Math.ceil(perEpoch * request.epochs);
  const steps = request.maxSteps > 0 ? Math.min(request.maxSteps, whole) : whole;
  const made = new TrainingSteps({
    plan: { request, stepsPerEpoch: perEpoch, steps, warmup: Math.ceil(steps * request.warmup) },
    objective: pairObjective(programs, request, { parameters, signal: hooks.signal }),
    ...{ parameters, optimizer, store, hooks },
    shapes: { size: request.batch, buckets: [...lengths.passages], recompute },
  });
  await made.run(checkpoint);
  return { ...(await made.result()), trainable };
}

/** Keeps what layers computed where it fits, else recomputes them. Throws `out-of-memory`. */
function fitting(
  { model, request, memory }: EncoderTraining,
  lengths: PairLengths,
  before: boolean | undefined,
): { readonly recompute: boolean; readonly memory: number } {
  const longest = {
    pairs: request.batch,
    negatives: lengths.negatives,
    questionLength: lengths.questions.at(-1) ?? 1,
    passageLength: lengths.passages.at(-1) ?? 1,
  };
  const needed = (recompute: boolean): number => {
    const options = { ...longest, ...encoderOptions(request, recompute) };
    const { program, trainable } = buildPairProgram(model.config, options);
    const numbers = [...trainable.values()].reduce((sum, shape) => sum + sizeOf(shape), 0);
    // Parameters, their gradients, and two moments.
    return runtimeMemory + 4 * 4 * numbers + programMemory(program, model.weights);
  };
  for (const recompute of before === undefined ? [false, true] : [before]) {
    const bytes = needed(recompute);
    if (bytes <= memory) return { recompute, memory: bytes };
  }
  throw new GraphError(
    'out-of-memory',
    `This training needs about ${(needed(true) / 1e9).toFixed(1)} GB of memory and ${(memory / 1e9).toFixed(1)} GB are free, even with layers recomputed. What helps: a smaller batch, fewer negatives, shorter texts${request.method.kind === 'full' ? ', a LoRA instead of all weights' : ''}.`,
    { audience: 'operator' },
  );
}

function pairObjective(
  programs: PairPrograms,
  request: EncoderRequest,
  setting: { readonly parameters: Parameters; readonly signal: AbortSignal },
): Objective {
  const { train, evaluation, batch } = request;
  return {
    prepare: () => programs.prepare(rowsOfStep(train, 0, request)),
    async step(step) {
      const pairs = rowsOfStep(train, step, request);
      const results = await programs.run('training', pairs, { ...setting, count: pairs.length });
      const gradients = new Map(
        [...setting.parameters.keys()].map((name) => [
          name,
          results[gradientName(name)] ?? new Float32Array(),
        ]),
      );
      return { ...lossOf(results, pairs, pairs.length), gradients };
    },
    ...(evaluation.length > 0 && {
      async evaluate() {
        let sum: BatchLoss = { loss: 0, accuracy: 0, tokens: 0 };
        for (let start = 0; start < evaluation.length; start += batch) {
          const pairs = evaluation.slice(start, start + batch);
          const count = evaluation.length;
          const results = await programs.run('evaluation', pairs, { ...setting, count });
          const part = lossOf(results, pairs, count);
          sum = {
            loss: sum.loss + part.loss,
            accuracy: sum.accuracy + part.accuracy,
            tokens: sum.tokens + part.tokens,
          };
        }
        return sum;
      },
    }),
  };
}

function lossOf(results: Results, pairs: readonly TokenPair[], count: number): BatchLoss {
  const correct = [...(results['correct'] ?? [])].slice(0, pairs.length);
  const texts = pairs.flatMap((pair) => [pair.question, ...passagesOf(pair)]);
  return {
    loss: results['loss']?.[0] ?? NaN,
    accuracy: correct.reduce((sum, one) => sum + one, 0) / count,
    tokens: texts.reduce((sum, text) => sum + text.length, 0),
  };
}

/** LoRA as PEFT begins; all weights from the model's. */
async function startOf(
  model: EncoderModel,
  trainable: ReadonlyMap<string, Shape>,
  { method, seed }: EncoderRequest,
): Promise<Map<string, Float32Array>> {
  const parameters = new Map<string, Float32Array>();
  for (const [name, shape] of trainable) {
    const data =
      method.kind === 'lora'
        ? startOfFactor(name, shape, seed)
        : // A copy: training writes into it.
          (await loadWeight(requireWeight(model.weights, name), shape)).slice();
    parameters.set(name, data);
  }
  return parameters;
}
