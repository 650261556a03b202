import { setMaxListeners } from 'node:events';
import {
  GraphError,
  type Plan,
  type ResolvedSource,
  type RunPast,
  type StepSummary,
} from '@graft/graph';
import { abortable } from '@graft/kit';
import { ActionLookup } from './action-lookup.ts';
import { walkCache } from './cache-walk.ts';
import type { EngineParts, SharedWork } from './engine-parts.ts';
import { LoopRounds } from './loop-rounds.ts';
import { RestoredSteps } from './restored-steps.ts';
import { RunEnding } from './run-ending.ts';
import { finishEvent, type RunFinished } from './run-finish.ts';
import { RunRecorder } from './run-recorder.ts';
import { planEvent, RunSteps } from './run-steps.ts';
import { StepExecutor } from './step-executor.ts';
import { StepRenewal } from './step-renewal.ts';
import {
  deviceOf,
  keyParts,
  previousOutputs,
  reasonFor,
  stepKey,
  type KeyParts,
} from './step-key.ts';
import { StepScheduler } from './step-scheduler.ts';
import type { Turn } from './step-slots.ts';
import { summarize, type GivenInputs, type StepState } from './step-state.ts';

export interface PlanRunRequest {
  readonly runId: string;
  readonly file: string;
  readonly plan: Plan;
  readonly sources: ReadonlyMap<string, readonly ResolvedSource[]>;
  /** The artifacts of its inputs. */
  readonly given?: GivenInputs;
  /** `auto`, or a device id. */
  readonly device: string;
  /** The scope whose last steps explain misses; absent: the saved file. */
  readonly scope?: string;
  /** Throws if a step must not run with sources that changed after the run began; default: it may. */
  readonly allows?: (sources: readonly ResolvedSource[]) => void;
  /** Of its steps; default: the run takes turns of its own. */
  readonly turn?: Turn;
  /** What another process recorded of the run, which this one continues; absent: it begins. */
  readonly past?: RunPast;
  /** Milliseconds since the run began; default: it begins now. */
  readonly age?: number;
}

/** The end of the execution of a plan, and its recording. */
export type PlanRunEnding = RunEnding<RunFinished, RunRecorder>;

/**
 * One execution of a plan. Looks up steps with known inputs in the cache, wave by wave, and runs the missing ones in
 * parallel. If a step fails, Graft skips its descendants and nothing else.
 */
export class PlanRun {
  readonly journal: RunRecorder;
  readonly #parts: EngineParts;
  readonly #request: PlanRunRequest;
  /** The sources at the beginning of the run, or as a step renewed them. */
  readonly #sources: Map<string, readonly ResolvedSource[]>;
  readonly #steps: RunSteps;
  readonly #loops: LoopRounds;
  readonly #lookup: ActionLookup;
  readonly #scheduler: StepScheduler;
  readonly #controller = new AbortController();
  readonly #startedAt: number;
  readonly #restored: RestoredSteps | undefined;
  #last: Map<string, StepSummary> = new Map();
  #keyParts: KeyParts;
  #walking = false;
  #settled = (): void => undefined;
  #problem: GraphError | undefined;

  constructor(parts: EngineParts, shared: SharedWork, request: PlanRunRequest) {
    this.#parts = parts;
    // Every step of the run listens to it.
    setMaxListeners(0, this.#controller.signal);
    this.#request = request;
    const { past, age = 0 } = request;
    this.#startedAt = performance.now() - age;
    this.#restored = past === undefined ? undefined : new RestoredSteps(past);
    this.#sources = new Map(request.sources);
    this.#keyParts = { engines: parts.engines, devices: new Map() };
    this.#lookup = new ActionLookup(parts);
    this.journal = new RunRecorder(request.runId, parts, {
      failed: (error) => {
        this.fail(error);
      },
      ...(past === undefined ? {} : { after: past.seq }),
    });
    this.#steps = new RunSteps((step) => {
      if (this.#restored?.has(step) === true) return;
      this.journal.emit({ type: 'step.finished', step: summarize(step) });
      // No result can be stored any more, and trying takes the space that recording the end needs. If another disk is
      // full, such as that of the models, only the step fails.
      if (step.error?.code === 'no-space' && parts.isFull?.() === true) this.fail(step.error);
    });
    this.#loops = new LoopRounds({
      steps: this.#steps,
      artifacts: parts.artifacts,
      emit: (event) => {
        if (this.#restored?.isRecorded(event) !== true) this.journal.emit(event);
      },
    });
    const keyOf = (step: StepState) => stepKey(step, this.#steps.states, this.#keyParts);
    const run = {
      steps: this.#steps,
      journal: this.journal,
      lookup: this.#lookup,
      deviceOf: (step: StepState) => deviceOf(step, this.#keyParts),
      keyOf,
      renewal: new StepRenewal({
        ...parts,
        file: request.file,
        keyOf,
        sources: this.#sources,
        allows: request.allows ?? (() => undefined),
      }),
      signal: this.#controller.signal,
      ...shared,
    };
    this.#scheduler = new StepScheduler({
      ...run,
      ...(request.turn === undefined ? {} : { turn: request.turn }),
      executor: new StepExecutor({
        ...run,
        parts,
        steps: this.#steps.states,
        runId: request.runId,
        previousOf: (step) => previousOutputs(step, this.#last.get(step.node.id)),
        memoryOf: (step) => this.#last.get(step.node.id)?.memory,
      }),
      reasonFor: (step) => reasonFor(step, this.#last.get(step.node.id)),
      changed: () => {
        this.#advance();
      },
      broken: (error) => {
        this.fail(error);
      },
    });
  }

  cancel(): void {
    this.#controller.abort();
  }

  /** Runs to the end and never rejects: the last event, which is not recorded yet, holds every failure. */
  async execute(): Promise<PlanRunEnding> {
    const { file, plan, device, scope, past } = this.#request;
    if ((past?.seq ?? 0) === 0)
      this.journal.emit({ type: 'run.started', file, ...planEvent(plan) });
    try {
      for (const event of (await this.#restored?.open(this.#lookup)) ?? [])
        this.journal.emit(event);
      this.#steps.add(plan, { ...this.#request, sources: this.#sources });
      this.#last = await this.#parts.runs.lastSteps(file, scope);
      this.#keyParts = await keyParts(this.#parts, plan, device);
      const keys = [...this.#last.values()].flatMap(({ cacheKey }) => cacheKey ?? []);
      await this.#lookup.prefetch(keys);
      await this.#settle();
    } catch (error) {
      this.fail(error);
    }
    this.#steps.cancelRest();
    return this.#finish();
  }

  async #settle(): Promise<void> {
    if (this.#steps.unfinished === 0) return;
    await new Promise<void>((resolve) => {
      this.#settled = resolve;
      this.#controller.signal.addEventListener('abort', () => {
        this.#advance();
      });
      this.#advance();
    });
  }

  /** Continues after any change. */
  #advance(): void {
    if (this.#walking) return;
    if (this.#controller.signal.aborted) {
      if (this.#scheduler.running === 0) this.#settled();
    } else if (this.#steps.unfinished === 0) this.#settled();
    else if (this.#steps.anyReady) {
      this.#walk()
        .then(() => this.#advance())
        .catch((error: unknown) => {
          this.fail(error);
        });
    }
  }

  /** Reuses stored results of ready steps, and of steps that become ready by this; schedules the rest. */
  async #walk(): Promise<void> {
    this.#walking = true;
    const { signal } = this.#controller;
    try {
      const walk = walkCache({
        steps: this.#steps,
        loops: this.#loops,
        lookup: this.#lookup,
        keyParts: this.#keyParts,
        signal,
        restore: (step) => this.#restored?.restore(step, this.#steps, this.#lookup) ?? false,
        hit: (step, record) => {
          this.#scheduler.reuse(step, record);
        },
        miss: (step) => {
          this.#scheduler.add(step);
        },
      });
      // A store that is away may keep it for minutes.
      await abortable(walk, signal);
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    } finally {
      this.#walking = false;
    }
  }

  /** Ends the run because the stores, their disk or the engine failed: nothing further can be recorded truthfully. */
  fail(error: unknown): void {
    this.#problem ??= GraphError.from(error);
    this.#controller.abort();
  }

  async #finish(): Promise<PlanRunEnding> {
    const { runId } = this.#request;
    const { artifacts } = this.#parts;
    const states = this.#steps.states;
    const cached = [...states.values()].filter(({ status }) => status === 'cached');
    const event = await finishEvent(artifacts, states, {
      startedAt: this.#startedAt,
      problem: this.#problem?.toProblem(),
    });
    const stamped = this.journal.emit(event);
    return new RunEnding(this.#parts, this.journal, {
      finished: { ...event, seq: stamped.seq, runId, at: stamped.at },
      reused: cached.flatMap(({ key }) => key?.value ?? []),
    });
  }
}
