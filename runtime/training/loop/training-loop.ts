import type { MetricRow, TrainingHooks } from '@graft/graph';
import type { BaseModel } from '../architectures/base-model.ts';
import { loraPlusFactor } from '../architectures/lora-spec.ts';
import { rowsOfStep } from '../data/epoch.ts';
import { microBatches, type MicroBatch } from '../data/micro-batch.ts';
import type { Executor } from '../ir/executor.ts';
import type { Shape } from '../ir/shape.ts';
import { AdamW, type Parameters } from '../optimizer/adamw.ts';
import { clipGradients, gradientNorm } from '../optimizer/clip.ts';
import { rateAt } from '../optimizer/schedule.ts';
import { CheckpointStore, type Checkpoint } from './checkpoint-store.ts';
import { evaluationLoss, gradientStep, type BatchSetting } from './gradient-step.ts';
import { initialParameters } from './initial-parameters.ts';
import { startState, type LoopState, type RunShapes } from './loop-state.ts';
import { lossExploded } from './exploded.ts';
import { inWords, Pace } from './pace.ts';
import { Programs } from './programs.ts';
import { defineRun } from './run-definition.ts';
import { chooseShapes, memoryOf, type ShapeRequest } from './run-shapes.ts';
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

export interface LoopResult {
  /** The best by evaluation loss where there is evaluation, else the last. */
  readonly parameters: Parameters;
  readonly trainable: ReadonlyMap<string, Shape>;
  readonly metrics: readonly MetricRow[];
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
  const loop = new TrainingLoop({
    ...{ plan, trainable, shapes, places, programs, parameters, store, hooks },
  });
  if (checkpoint !== undefined) {
    loop.restore(checkpoint);
    hooks.log('info', `Goes on from the checkpoint of step ${checkpoint.state.step}.`);
  }
  await loop.run();
  return { ...(await loop.result()), trainable };
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

interface LoopParts {
  readonly plan: TrainingPlan;
  readonly trainable: ReadonlyMap<string, Shape>;
  readonly shapes: RunShapes;
  readonly places: ReadonlyMap<number, number>;
  readonly programs: Programs;
  readonly parameters: Map<string, Float32Array>;
  readonly store: CheckpointStore;
  readonly hooks: TrainingHooks;
}

class TrainingLoop {
  readonly #parts: LoopParts;
  readonly #optimizer: AdamW;
  readonly #evaluation: readonly MicroBatch[];
  readonly #pace = new Pace();
  readonly #metrics: MetricRow[] = [];
  #state: Omit<LoopState, 'metrics'> = startState();
  #savedAt = -1;

  constructor(parts: LoopParts) {
    this.#parts = parts;
    const { plan, trainable } = parts;
    const { request, evaluation } = plan;
    const { method, weightDecay } = request;
    const ratio = method.kind === 'lora' ? method.plusRatio : 1;
    this.#optimizer = new AdamW(parts.parameters, {
      weightDecay,
      rateFactor: loraPlusFactor(ratio),
      // Gains and biases are not pulled to zero, as other trainers hold it too.
      decays: (name) => method.kind === 'lora' || (trainable.get(name)?.length ?? 0) > 1,
    });
    this.#evaluation = microBatches(evaluation.rows, { ...parts.shapes, places: parts.places });
  }

  restore({ state, parameters, optimizer }: Checkpoint): void {
    this.#optimizer.restore(optimizer);
    for (const [name, data] of this.#parts.parameters) data.set(parameters.get(name) ?? []);
    this.#state = state;
    this.#metrics.push(...state.metrics);
    this.#savedAt = state.step;
  }

  async run(): Promise<void> {
    const { plan, shapes, programs, hooks } = this.#parts;
    hooks.progress({
      done: this.#state.step,
      total: plan.steps,
      unit: 'steps',
      message: 'preparing',
    });
    // Compiled before the first step, so that its pace is that of all.
    const longest = Math.max(...plan.train.rows.map((row) => row.length));
    const last = shapes.buckets.findIndex((bucket) => bucket >= longest);
    for (const length of shapes.buckets.slice(0, last + 1)) await programs.training(length);
    try {
      while (true) {
        hooks.signal.throwIfAborted();
        if (this.#evaluationDue()) await this.#evaluate();
        if (this.#state.step >= plan.steps || this.#stoppedEarly()) break;
        if (this.#checkpointDue()) await this.#save();
        await this.#step();
      }
    } catch (error) {
      // The parameters are those of the last whole step.
      if (hooks.signal.aborted) {
        await this.#save().catch((failure: unknown) => hooks.log('warning', String(failure)));
      }
      throw error;
    }
    await this.#save();
  }

  async result(): Promise<Pick<LoopResult, 'parameters' | 'metrics'>> {
    const { best, step } = this.#state;
    const { store, parameters } = this.#parts;
    const metrics = this.#metrics;
    if (best === null) return { parameters, metrics };
    this.#reportBest(best);
    if (best.step === step) return { parameters, metrics };
    return { parameters: await store.loadBest(best.step), metrics };
  }

  #reportBest(best: { readonly step: number; readonly loss: number }): void {
    const { log } = this.#parts.hooks;
    const before = this.#metrics.find(({ series, step }) => series === 'eval' && step === 0);
    const untrained = before?.values['loss'] ?? Infinity;
    if (best.loss >= untrained) {
      log(
        'warning',
        `The evaluation loss never fell below the ${untrained.toFixed(4)} that it was before training: what is learned does not carry over to the rows kept for evaluation. Lower the learning rate, or give more rows like them.`,
      );
    }
    if (best.step < this.#state.step) {
      log(
        'info',
        `The result is that of step ${best.step}, whose evaluation loss of ${best.loss.toFixed(4)} was the best.`,
      );
    }
  }

  async #step(): Promise<void> {
    const { plan, shapes, places } = this.#parts;
    const { request, train, steps, warmup } = plan;
    const { learningRate, schedule: kind, clip } = request;
    const { step } = this.#state;
    const startedAt = performance.now();
    const batches = microBatches(rowsOfStep(train.rows, step, request), { ...shapes, places });
    const { gradients, loss, accuracy, tokens } = await gradientStep(
      batches,
      this.#setting(train.examples),
      step,
    );
    const norm = clip > 0 ? clipGradients(gradients, clip) : gradientNorm(gradients);
    const rate = rateAt({ kind, rate: learningRate, warmup, steps }, step);
    if (!Number.isFinite(loss) || !Number.isFinite(norm)) {
      throw lossExploded({ loss, norm, step: step + 1, request });
    }
    this.#optimizer.update(gradients, rate);
    this.#pace.add((performance.now() - startedAt) / 1000, tokens);
    this.#state = { ...this.#state, step: step + 1, tokens: this.#state.tokens + tokens };
    this.#report({ loss, accuracy, rate, norm });
  }

  #report(values: { loss: number; accuracy: number; rate: number; norm: number }): void {
    const { plan, hooks } = this.#parts;
    const { step, tokens } = this.#state;
    const { tokensPerSecond, secondsPerStep } = this.#pace;
    const eta = secondsPerStep * (plan.steps - step);
    this.#record('train', {
      ...values,
      tokens,
      epoch: step / plan.stepsPerEpoch,
      tokensPerSecond,
      eta,
      memory: process.memoryUsage.rss(),
    });
    hooks.progress({
      done: step,
      total: plan.steps,
      unit: 'steps',
      message: `loss ${values.loss.toFixed(3)}, ${Math.round(tokensPerSecond)} tokens/s, ${inWords(eta)} left`,
    });
  }

  async #evaluate(): Promise<void> {
    const { plan, parameters, store, hooks } = this.#parts;
    const { step } = this.#state;
    hooks.progress({ done: step, total: plan.steps, unit: 'steps', message: 'evaluating' });
    const setting = this.#setting(plan.evaluation.examples);
    const { loss, accuracy } = await evaluationLoss(this.#evaluation, setting);
    if (!Number.isFinite(loss)) throw lossExploded({ loss, step, request: plan.request });
    this.#record('eval', { loss, accuracy, epoch: step / plan.stepsPerEpoch });
    // The base alone is shown for comparison; what is chosen from are the results of training.
    const better = step > 0 && loss < (this.#state.best?.loss ?? Infinity);
    if (better) await store.saveBest(step, parameters);
    this.#state = {
      ...this.#state,
      evaluatedAt: step,
      best: better ? { step, loss } : this.#state.best,
      worse: better || step === 0 ? 0 : this.#state.worse + 1,
    };
    if (this.#stoppedEarly()) {
      const { best } = this.#state;
      hooks.log(
        'info',
        `Stops at step ${step}: ${this.#state.worse} evaluations brought no better loss than ${best?.loss.toFixed(4) ?? 'none'} at step ${best?.step ?? 0}.`,
      );
    }
  }

  #record(series: string, values: Record<string, number>): void {
    const row = { series, step: this.#state.step, values };
    this.#metrics.push(row);
    this.#parts.hooks.metrics(row);
  }

  #evaluationDue(): boolean {
    const { request, stepsPerEpoch, steps } = this.#parts.plan;
    const { step, evaluatedAt } = this.#state;
    if (this.#evaluation.length === 0 || evaluatedAt === step) return false;
    const every = request.evaluateEvery > 0 ? request.evaluateEvery : stepsPerEpoch;
    return step === steps || step % every === 0;
  }

  #stoppedEarly(): boolean {
    const { patience } = this.#parts.plan.request;
    return patience > 0 && this.#state.worse >= patience;
  }

  #checkpointDue(): boolean {
    const { checkpointEvery } = this.#parts.plan.request;
    const { step } = this.#state;
    return (
      step > 0 && checkpointEvery > 0 && step % checkpointEvery === 0 && this.#savedAt !== step
    );
  }

  async #save(): Promise<void> {
    const { step } = this.#state;
    if (step === 0 || this.#savedAt === step) return;
    const { shapes, parameters, store } = this.#parts;
    const state = { ...this.#state, metrics: this.#metrics };
    await store.save({ state, shapes, parameters, optimizer: this.#optimizer.state });
    this.#savedAt = step;
  }

  #setting(examples: BatchSetting['examples']): BatchSetting {
    const { programs, parameters, hooks } = this.#parts;
    const { seed } = this.#parts.plan.request;
    return { programs, examples, parameters, seed, signal: hooks.signal };
  }
}
