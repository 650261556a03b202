import { type MetricRow, type TrainingHooks, GraphError, type TrainingRequest } from '@graft/graph';
import { type AdamW, type Parameters, clipFactor, gradientNorm } from '../optimizer/adamw.ts';
import { rateAt } from '../optimizer/schedule.ts';
import type { Checkpoint, CheckpointStore } from './checkpoint-store.ts';
import { startState, type LoopState, type RunShapes } from './loop-state.ts';
import type { Computation } from './objective.ts';
import { inWords, Pace, SaveSchedule } from './pace.ts';
import type { StepPlan } from './step-plan.ts';

interface StepParts {
  readonly plan: StepPlan;
  readonly computation: Pick<Computation<unknown>, 'prepare' | 'step' | 'evaluates' | 'evaluate'>;
  /** Tensors that the optimizer changes. */
  readonly parameters: Map<string, Float32Array>;
  readonly optimizer: AdamW;
  /** Kept in checkpoints. */
  readonly shapes: RunShapes;
  readonly store: CheckpointStore;
  readonly hooks: TrainingHooks;
  /** Milliseconds from any origin; default: the machine's clock. */
  readonly now?: () => number;
}

/** Outcome of the steps. */
export interface StepResult {
  /** The best by evaluation loss if there is evaluation, else the last. */
  readonly parameters: Parameters;
  readonly metrics: readonly MetricRow[];
}

/** Runs the steps of a training, with evaluations, checkpoints and reports. */
export class TrainingSteps {
  readonly #parts: StepParts;
  readonly #pace = new Pace();
  readonly #metrics: MetricRow[] = [];
  #state: Omit<LoopState, 'metrics'> = startState();
  #savedAt = -1;
  readonly #now: () => number;
  #schedule: SaveSchedule;

  constructor(parts: StepParts) {
    this.#parts = parts;
    this.#now = parts.now ?? (() => performance.now());
    this.#schedule = this.#newSchedule();
  }

  /** Runs to the last step, or until evaluations stop improving; resumes from a checkpoint. */
  async run(checkpoint?: Checkpoint): Promise<void> {
    const { plan, computation, hooks } = this.#parts;
    if (checkpoint !== undefined) this.#restore(checkpoint);
    hooks.progress({
      done: this.#state.step,
      total: plan.steps,
      unit: 'steps',
      message: 'preparing',
    });
    hooks.checkpoint?.({ state: 'resumed', step: this.#state.step });
    await computation.prepare(Math.min(plan.steps, plan.stepsPerEpoch));
    this.#schedule = this.#newSchedule();
    try {
      while (true) {
        hooks.signal.throwIfAborted();
        if (computation.evaluates && this.#evaluationDue()) await this.#evaluate();
        if (this.#state.step >= plan.steps || this.#stoppedEarly()) break;
        if (this.#schedule.due(this.#state.step, this.#now())) await this.#save();
        await this.#step();
      }
    } catch (error) {
      if (hooks.signal.aborted) await this.#saveStopped();
      throw error;
    }
    await this.#save();
  }

  #restore({ state, parameters, optimizer }: Checkpoint): void {
    this.#parts.optimizer.restore(optimizer);
    for (const [name, data] of this.#parts.parameters) data.set(parameters.get(name) ?? []);
    this.#state = state;
    for (const row of state.metrics) this.#metrics.push(row);
    this.#savedAt = state.step;
    this.#parts.hooks.log('info', `Goes on from the checkpoint of step ${state.step}.`);
  }

  async result(): Promise<StepResult> {
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
        `The evaluation loss never fell below its value before training (${untrained.toFixed(4)}): what the model learned does not help on the rows kept for evaluation. Lower the learning rate, or add more rows like them.`,
      );
    }
    if (best.step < this.#state.step) {
      log(
        'info',
        `The result is that of step ${best.step}, with the lowest evaluation loss (${best.loss.toFixed(4)}).`,
      );
    }
  }

  async #step(): Promise<void> {
    const { plan, computation } = this.#parts;
    const { request, steps, warmup } = plan;
    const { learningRate, schedule: kind, clip } = request;
    const { step } = this.#state;
    const startedAt = performance.now();
    const { gradients, loss, accuracy, tokens } = await computation.step(step);
    const norm = gradientNorm(gradients);
    const rate = rateAt({ kind, rate: learningRate, warmup, steps }, step);
    if (!Number.isFinite(loss) || !Number.isFinite(norm)) {
      throw lossExploded({ loss, norm, step: step + 1, request });
    }
    this.#parts.optimizer.update(gradients, rate, clip > 0 ? clipFactor(norm, clip) : 1);
    this.#pace.add((performance.now() - startedAt) / 1000, tokens ?? 0);
    this.#state = { ...this.#state, step: step + 1, tokens: this.#state.tokens + (tokens ?? 0) };
    this.#report({ loss, accuracy, rate, norm }, tokens !== undefined);
  }

  #report(
    values: { loss: number; accuracy: number; rate: number; norm: number },
    reads: boolean,
  ): void {
    const { plan, hooks } = this.#parts;
    const { step, tokens } = this.#state;
    const { tokensPerSecond, secondsPerStep } = this.#pace;
    const eta = secondsPerStep * (plan.steps - step);
    this.#record('train', {
      ...values,
      ...(reads && { tokens }),
      epoch: step / plan.stepsPerEpoch,
      ...(reads && { tokensPerSecond }),
      eta,
      memory: process.memoryUsage.rss(),
    });
    hooks.progress({
      done: step,
      total: plan.steps,
      unit: 'steps',
      message: `loss ${values.loss.toFixed(3)}, ${reads ? `${Math.round(tokensPerSecond)} tokens/s, ` : ''}${inWords(eta)} left`,
    });
  }

  async #evaluate(): Promise<void> {
    const { plan, computation, parameters, store, hooks } = this.#parts;
    const { step } = this.#state;
    hooks.progress({ done: step, total: plan.steps, unit: 'steps', message: 'evaluating' });
    const { loss, accuracy } = await computation.evaluate();
    if (!Number.isFinite(loss)) throw lossExploded({ loss, step, request: plan.request });
    this.#record('eval', { loss, accuracy, epoch: step / plan.stepsPerEpoch });
    // The base alone is reported for comparison; the best is chosen among trained parameters.
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
        `Stops at step ${step}: in ${this.#state.worse} evaluations, the loss did not improve on ${best?.loss.toFixed(4) ?? 'none'} at step ${best?.step ?? 0}.`,
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
    if (evaluatedAt === step) return false;
    const every = request.evaluateEvery > 0 ? request.evaluateEvery : stepsPerEpoch;
    return step === steps || step % every === 0;
  }

  #stoppedEarly(): boolean {
    const { patience } = this.#parts.plan.request;
    return patience > 0 && this.#state.worse >= patience;
  }

  #newSchedule(): SaveSchedule {
    const { checkpointEvery } = this.#parts.plan.request;
    return new SaveSchedule(checkpointEvery, { step: this.#state.step, at: this.#now() });
  }

  /** After cancellation: the parameters of the last whole step. */
  async #saveStopped(): Promise<void> {
    const { hooks } = this.#parts;
    const { step } = this.#state;
    try {
      await this.#save();
    } catch (error) {
      hooks.log('warning', error instanceof Error ? error.message : String(error));
      hooks.checkpoint?.({ state: 'unsaved', step });
    }
  }

  async #save(): Promise<void> {
    const { step } = this.#state;
    if (step === 0 || this.#savedAt === step) return;
    const { shapes, parameters, optimizer, store, hooks } = this.#parts;
    const state = { ...this.#state, metrics: this.#metrics };
    const from = this.#now();
    await store.save({ state, shapes, parameters, optimizer: optimizer.state });
    this.#savedAt = step;
    this.#schedule.saved(step, { from, to: this.#now() });
    hooks.checkpoint?.({ state: 'saved', step });
  }
}

interface Explosion {
  readonly loss: number;
  /** Norm of the gradients; absent in an evaluation. */
  readonly norm?: number;
  /** The current step, counted from 1; 0: before the first. */
  readonly step: number;
  readonly request: Pick<TrainingRequest, 'learningRate' | 'clip'>;
}

/** Error for a loss or gradient that is not finite: which, when, and the most likely remedy. */
function lossExploded({ loss, norm, step, request }: Explosion): GraphError {
  const what = Number.isFinite(loss) ? `gradients became ${String(norm)}` : `loss became ${loss}`;
  if (step <= 1) {
    return new GraphError(
      'bad-model',
      `The ${what} before training began: the base gives no finite numbers for this data. Choose another base, or another encoding of it.`,
    );
  }
  const remedies = [
    `lower the learning rate (now ${request.learningRate})`,
    ...(request.clip > 0 ? [] : ['clip the gradients']),
    'warm up longer',
  ];
  return new GraphError(
    'bad-input',
    `The ${what} at step ${step}: ${remedies.join(', ')}. Earlier checkpoints are kept.`,
  );
}
