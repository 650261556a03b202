import { availableParallelism } from 'node:os';
import {
  GraphError,
  type MissReason,
  type Plan,
  type ResolvedSource,
  type StepResult,
  type StepSummary,
} from '@graft/graph';
import { abortable } from './abortable.ts';
import { ActionLookup } from './action-lookup.ts';
import { cachedResult, isVolatile, walkCache } from './cache-walk.ts';
import type { EngineParts, InFlight } from './engine-parts.ts';
import { finishEvent, type RunFinished } from './run-finish.ts';
import { RunJournal } from './run-journal.ts';
import { RunSteps } from './run-steps.ts';
import { StepExecutor } from './step-executor.ts';
import { deviceClasses, reasonFor } from './step-key.ts';
import { isFinished, summarize, type StepState } from './step-state.ts';

export interface PlanRunRequest {
  readonly runId: string;
  readonly file: string;
  readonly plan: Plan;
  readonly sources: ReadonlyMap<string, readonly ResolvedSource[]>;
  /** `auto`, or a device id. */
  readonly device: string;
}

/**
 * One execution of a plan. Steps whose inputs are known are looked up in the cache in waves; what is missing
 * runs in parallel. A failed step takes its descendants with it and nothing else.
 */
export class PlanRun {
  readonly journal: RunJournal;
  readonly #parts: EngineParts;
  readonly #inFlight: InFlight;
  readonly #request: PlanRunRequest;
  readonly #steps: RunSteps;
  readonly #lookup: ActionLookup;
  readonly #executor: StepExecutor;
  readonly #controller = new AbortController();
  readonly #startedAt = performance.now();
  #last: Map<string, StepSummary> = new Map();
  #classes: ReadonlyMap<string, string> = new Map();
  /** Missing results, in the order in which they were found missing. */
  #queue: StepState[] = [];
  #walking = false;
  #running = 0;
  #settled = (): void => undefined;
  #problem: GraphError | undefined;

  constructor(parts: EngineParts, inFlight: InFlight, request: PlanRunRequest) {
    this.#parts = parts;
    this.#inFlight = inFlight;
    this.#request = request;
    this.#lookup = new ActionLookup(parts);
    this.journal = new RunJournal(request.runId, parts, (error) => {
      this.#breakOff(error);
    });
    this.#steps = new RunSteps((step) => {
      this.journal.emit({ type: 'step.finished', step: summarize(step) });
    });
    this.#executor = new StepExecutor({
      parts,
      inFlight,
      steps: this.#steps.states,
      journal: this.journal,
      lookup: this.#lookup,
      runId: request.runId,
      device: request.device,
      signal: this.#controller.signal,
    });
  }

  cancel(): void {
    this.#controller.abort();
  }

  /** Runs to the end and never rejects: whatever happens is in the last event. */
  async execute(): Promise<RunFinished> {
    const { file, plan, sources, device } = this.#request;
    const nodes = plan.nodes.map(({ id, definition }) => ({ node: id, type: definition.type }));
    this.journal.emit({ type: 'run.started', file, nodes });
    try {
      this.#steps.add(plan, sources);
      this.#last = await this.#parts.runs.lastSteps(file);
      this.#classes = await deviceClasses(this.#parts, this.#steps.states.values(), device);
      const keys = [...this.#last.values()].flatMap(({ cacheKey }) => cacheKey ?? []);
      await this.#lookup.prefetch(keys);
      await this.#settle();
    } catch (error) {
      this.#breakOff(error);
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

  /** Moves on after anything has changed. */
  #advance(): void {
    if (this.#controller.signal.aborted) {
      if (this.#running === 0 && !this.#walking) this.#settled();
      return;
    }
    if (this.#steps.unfinished === 0) this.#settled();
    else if (!this.#walking) void this.#walk().then(() => this.#startQueued());
  }

  async #walk(): Promise<void> {
    this.#walking = true;
    try {
      await walkCache({
        steps: this.#steps,
        lookup: this.#lookup,
        classes: this.#classes,
        signal: this.#controller.signal,
        hit: (step, record) => {
          this.#reuse(step, record);
        },
        miss: (step) => {
          this.#queue.push(step);
        },
      });
    } catch (error) {
      this.#breakOff(error);
    } finally {
      this.#walking = false;
    }
  }

  #reuse(step: StepState, result: Pick<StepResult, 'outputs'> & { createdAt?: number }): void {
    step.outputs = result.outputs;
    if (result.createdAt !== undefined) step.madeAt = result.createdAt;
    this.#steps.close(step, 'cached');
  }

  #startQueued(): void {
    const limit = this.#parts.concurrency ?? availableParallelism();
    while (this.#running < limit && !this.#controller.signal.aborted) {
      const step = this.#queue.shift();
      if (step === undefined) break;
      const known = cachedResult(step, this.#lookup);
      const running = isVolatile(step) ? undefined : this.#inFlight.get(step.key?.value ?? '');
      if (known !== undefined) this.#reuse(step, known);
      else if (running !== undefined) void this.#join(step, running);
      else void this.#start(step);
    }
    if (this.#steps.anyReady || this.#steps.unfinished === 0 || this.#controller.signal.aborted) {
      this.#advance();
    }
  }

  async #start(step: StepState): Promise<void> {
    this.#running += 1;
    step.status = 'running';
    step.reason = this.#reasonFor(step);
    const { device } = this.#request;
    const node = step.node.id;
    this.journal.emit({ type: 'step.started', node, device, reason: step.reason });
    try {
      this.#succeed(step, await this.#executor.execute(step));
    } catch (error) {
      this.#fail(step, error);
    } finally {
      this.#running -= 1;
      this.#advance();
    }
  }

  /** Waits for an equal step, of this run or of another one, without taking a place. */
  async #join(step: StepState, running: Promise<StepResult>): Promise<void> {
    try {
      const result = await abortable(running, this.#controller.signal);
      if (!isFinished(step)) this.#reuse(step, result);
    } catch (error) {
      const { code } = GraphError.from(error);
      if (this.#controller.signal.aborted) return;
      // The other run was cancelled, this one was not.
      if (code === 'cancelled') this.#queue.push(step);
      else this.#fail(step, error);
    }
    this.#advance();
  }

  #reasonFor(step: StepState): MissReason {
    return reasonFor(step.node.definition, this.#last.get(step.node.id), step.key);
  }

  #succeed(step: StepState, result: StepResult): void {
    step.outputs = result.outputs;
    step.device = result.device;
    if (result.items !== undefined) step.items = result.items;
    this.#steps.close(step, 'succeeded');
  }

  #fail(step: StepState, thrown: unknown): void {
    const error = GraphError.from(thrown, { node: step.node.id });
    if (error.code === 'cancelled' || this.#controller.signal.aborted) {
      this.#steps.close(step, 'cancelled');
    } else this.#steps.fail(step, error);
  }

  /** The stores or the engine itself failed: nothing further can be recorded truly. */
  #breakOff(error: unknown): void {
    this.#problem ??= GraphError.from(error);
    this.#controller.abort();
  }

  async #finish(): Promise<RunFinished> {
    const { runId } = this.#request;
    const { runs, actions, artifacts } = this.#parts;
    const states = this.#steps.states;
    const cached = [...states.values()].filter(({ status }) => status === 'cached');
    const event = await finishEvent(artifacts, states, {
      startedAt: this.#startedAt,
      problem: this.#problem?.toProblem(),
    });
    const stamped = this.journal.emit(event);
    const finished: RunFinished = { ...event, seq: stamped.seq, runId, at: stamped.at };
    try {
      await this.journal.flush();
      const error = event.error?.message;
      const end = { status: event.status, finishedAt: stamped.at };
      await runs.finish(runId, error === undefined ? end : { ...end, error });
      await actions.touch(cached.flatMap(({ key }) => key?.value ?? []));
      return finished;
    } catch (error) {
      // Recorded nowhere, so the caller is told; the next start finds the run without an owner and ends it.
      const problem = GraphError.from(error).toProblem();
      return { ...finished, status: 'failed', error: problem };
    }
  }
}
