import { coresOf, GraphError, laneOf, type MissReason } from '@graft/graph';
import { abortable } from '@graft/kit';
import type { ActionLookup } from './action-lookup.ts';
import { cachedResult, isVolatile } from './cache-walk.ts';
import type { Executed, InFlight, StepDevice } from './engine-parts.ts';
import type { RunRecorder } from './run-recorder.ts';
import type { RunSteps } from './run-steps.ts';
import type { StepExecutor } from './step-executor.ts';
import type { StepRenewal } from './step-renewal.ts';
import { StepRoom } from './step-room.ts';
import type { StepSlots, Turn } from './step-slots.ts';
import { isFinished, type StepState } from './step-state.ts';

export interface SchedulerRun {
  readonly steps: RunSteps;
  readonly lookup: ActionLookup;
  readonly inFlight: InFlight;
  readonly slots: StepSlots;
  /** Default: the run takes turns of its own. */
  readonly turn?: Turn;
  readonly executor: StepExecutor;
  readonly journal: RunRecorder;
  readonly deviceOf: (step: StepState) => StepDevice;
  readonly renewal: StepRenewal;
  readonly signal: AbortSignal;
  readonly reasonFor: (step: StepState) => MissReason;
  /** Called when a step has ended or can be looked up again. */
  readonly changed: () => void;
  /** Called when the scheduler itself fails: the run cannot go on. */
  readonly broken: (error: unknown) => void;
}

/** Runs a run's missing steps as there is room; equal steps, also of other runs, run once. */
export class StepScheduler {
  readonly #run: SchedulerRun;
  /** Steps that wait for room, each with a function that stops the wait. */
  readonly #waiting = new Map<StepState, () => void>();
  #running = 0;

  constructor(run: SchedulerRun) {
    this.#run = run;
    run.signal.addEventListener('abort', () => {
      for (const giveUp of [...this.#waiting.values()]) giveUp();
      this.#waiting.clear();
    });
  }

  /** Steps being executed. */
  get running(): number {
    return this.#running;
  }

  /** Executes a step, or waits for an equal step that is executed. */
  add(step: StepState): void {
    if (this.#run.signal.aborted || this.#settledElsewhere(step)) return;
    const { definition } = step.node;
    let started = false;
    const claim = {
      lane: laneOf(definition),
      cores: coresOf(definition),
      deviceClass: this.#run.deviceOf(step).class,
      ...(this.#run.turn ?? { owner: this, rank: 0 }),
    };
    const giveUp = this.#run.slots.request(claim, (release) => {
      started = true;
      const waited = this.#waiting.delete(step);
      try {
        // An equal step may have begun or ended meanwhile.
        if (this.#run.signal.aborted || this.#settledElsewhere(step)) release();
        else {
          const room = new StepRoom(this.#run.slots, claim, { release, waited });
          this.#start(step, room).catch(this.#run.broken);
        }
      } catch (error) {
        // The caller may be another run, which made the room: this error is not its own.
        release();
        this.#run.broken(error);
      }
    });
    // `request` may have called `start` already.
    if (!started) this.#waiting.set(step, giveUp);
  }

  reuse(step: StepState, result: Executed): void {
    this.#closeAsCached(step, result);
    this.#run.changed();
  }

  #closeAsCached(step: StepState, result: Executed): void {
    step.outputs = result.outputs;
    if ('createdAt' in result) {
      step.madeAt = result.createdAt;
      if (result.from !== undefined) step.from = result.from;
    } else if (result.items !== undefined) {
      // Items that failed when another run computed the step are missing here as well.
      const { total, failed } = result.items;
      step.items = { total, computed: 0, reused: total - failed, failed };
    }
    this.#run.steps.close(step, 'cached');
  }

  /** Whether a step's result exists or is being computed. */
  #settledElsewhere(step: StepState): boolean {
    const known = cachedResult(step, this.#run.lookup);
    if (known !== undefined) {
      this.reuse(step, known);
      return true;
    }
    const key = step.key?.value;
    const running = isVolatile(step) || key === undefined ? undefined : this.#run.inFlight.get(key);
    if (running === undefined) return false;
    this.#join(step, running).catch(this.#run.broken);
    return true;
  }

  async #start(step: StepState, room: StepRoom): Promise<void> {
    const { journal, executor } = this.#run;
    this.#running += 1;
    try {
      const device = this.#run.deviceOf(step).id;
      step.status = 'running';
      step.reason = this.#run.reasonFor(step);
      journal.emit({ type: 'step.started', node: step.node.id, device, reason: step.reason });
      const result = await executor.execute(step, room);
      if ('key' in result) {
        this.#closeAsCached(step, result);
        return;
      }
      step.outputs = result.outputs;
      step.device = result.device;
      if (result.items !== undefined) step.items = result.items;
      if (result.memory !== undefined) step.memory = result.memory;
      this.#run.steps.close(step, 'succeeded');
    } catch (error) {
      await this.#failOrRenew(step, error);
    } finally {
      this.#running -= 1;
      room.leave();
      this.#run.changed();
    }
  }

  /** Waits for an equal step of any run, without taking room. */
  async #join(step: StepState, running: Promise<Executed>): Promise<void> {
    const { signal } = this.#run;
    try {
      const result = await abortable(running, signal);
      if (!isFinished(step)) this.reuse(step, result);
    } catch (error) {
      if (signal.aborted) return;
      // The other run was cancelled, this one was not.
      if (GraphError.from(error).code === 'cancelled') this.add(step);
      else await this.#failOrRenew(step, error);
      this.#run.changed();
    }
  }

  /** Restarts a step, with a new key, whose inputs were not those of its key. */
  async #failOrRenew(step: StepState, thrown: unknown): Promise<void> {
    const { renewal, journal, signal, steps } = this.#run;
    if (signal.aborted || !renewal.mends(step, thrown)) {
      this.#fail(step, thrown);
      return;
    }
    try {
      await renewal.renew(step);
    } catch (error) {
      if (!isFinished(step)) this.#fail(step, error);
      return;
    }
    // A step that only waited for another run must not delay its own run, which may have been cancelled.
    if (isFinished(step)) return;
    const { file } = GraphError.from(thrown).location;
    const model = step.sources.some(({ kind }) => kind === 'model') ? ' or a model of it' : '';
    const input = file === undefined ? `An input file${model}` : `"${file}"`;
    const message = `${input} changed while the step ran. The step starts again with the present version.`;
    journal.emit({ type: 'step.log', node: step.node.id, level: 'warning', message });
    steps.again(step);
  }

  #fail(step: StepState, thrown: unknown): void {
    const error = GraphError.from(thrown, { node: step.node.id });
    if (error.code === 'cancelled' || this.#run.signal.aborted) {
      this.#run.steps.close(step, 'cancelled');
    } else this.#run.steps.fail(step, error);
  }
}
