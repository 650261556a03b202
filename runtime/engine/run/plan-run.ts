import { availableParallelism } from 'node:os';
import {
  GraphError,
  type MissReason,
  type Plan,
  type ResolvedSource,
  type StepResult,
  type StepStatus,
  type StepSummary,
} from '@graft/graph';
import { ActionLookup } from './action-lookup.ts';
import type { EngineParts, InFlight } from './engine-parts.ts';
import { finishEvent, type RunFinished } from './run-finish.ts';
import { RunJournal } from './run-journal.ts';
import { StepExecutor } from './step-executor.ts';
import { deviceClasses, reasonFor, stepKey } from './step-key.ts';
import { createSteps, isFinished, summarize, type StepState } from './step-state.ts';

/** Milliseconds of deciding without a pause, after which other work of this process gets its turn. */
const pauseEvery = 20;

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
  readonly #steps: Map<string, StepState>;
  readonly #lookup: ActionLookup;
  readonly #executor: StepExecutor;
  readonly #controller = new AbortController();
  readonly #startedAt = performance.now();
  #last: Map<string, StepSummary> = new Map();
  #classes: ReadonlyMap<string, string> = new Map();
  #ready: StepState[] = [];
  #queue: StepState[] = [];
  #deciding = false;
  #running = 0;
  #unfinished: number;
  #settled = (): void => undefined;
  #problem: GraphError | undefined;

  constructor(parts: EngineParts, inFlight: InFlight, request: PlanRunRequest) {
    this.#parts = parts;
    this.#inFlight = inFlight;
    this.#request = request;
    this.#steps = createSteps(request.plan, request.sources);
    this.#unfinished = this.#steps.size;
    this.#lookup = new ActionLookup(parts);
    this.journal = new RunJournal(request.runId, parts, (error) => {
      this.#breakOff(error);
    });
    this.#executor = new StepExecutor({
      parts,
      inFlight,
      steps: this.#steps,
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
    const { file, plan, device } = this.#request;
    const nodes = plan.nodes.map(({ id, definition }) => ({ node: id, type: definition.type }));
    this.journal.emit({ type: 'run.started', file, nodes });
    try {
      this.#last = await this.#parts.runs.lastSteps(file);
      this.#classes = await deviceClasses(this.#parts, this.#steps.values(), device);
      const keys = [...this.#last.values()].flatMap(({ cacheKey }) => cacheKey ?? []);
      await this.#lookup.prefetch(keys);
      await this.#settle();
    } catch (error) {
      this.#breakOff(error);
    }
    for (const step of this.#steps.values()) {
      if (!isFinished(step)) this.#close(step, 'cancelled');
    }
    return this.#finish();
  }

  async #settle(): Promise<void> {
    if (this.#unfinished === 0) return;
    await new Promise<void>((resolve) => {
      this.#settled = resolve;
      this.#controller.signal.addEventListener('abort', () => {
        this.#advance();
      });
      this.#ready = [...this.#steps.values()].filter(({ waiting }) => waiting === 0);
      this.#advance();
    });
  }

  /** Moves on after anything has changed. */
  #advance(): void {
    if (this.#controller.signal.aborted) {
      if (this.#running === 0 && !this.#deciding) this.#settled();
      return;
    }
    if (this.#unfinished === 0) this.#settled();
    else if (!this.#deciding) void this.#decide().then(() => this.#startQueued());
  }

  /** Looks up the ready steps, wave by wave: hits make further steps ready, misses are queued. */
  async #decide(): Promise<void> {
    this.#deciding = true;
    let pausedAt = performance.now();
    try {
      while (this.#ready.length > 0 && !this.#controller.signal.aborted) {
        await this.#decideWave(this.#ready.splice(0));
        if (performance.now() - pausedAt < pauseEvery) continue;
        await new Promise((resolve) => setImmediate(resolve));
        pausedAt = performance.now();
      }
    } catch (error) {
      this.#breakOff(error);
    } finally {
      this.#deciding = false;
    }
  }

  async #decideWave(wave: readonly StepState[]): Promise<void> {
    const keyed = wave.map((step) => {
      step.key = stepKey(step, this.#steps, this.#classes);
      return { step, key: step.key };
    });
    const cacheable = keyed.filter(({ step }) => step.node.definition.caching !== 'volatile');
    const unknown = cacheable.filter(({ key }) => this.#lookup.known(key.value) === undefined);
    if (unknown.length > 0) await this.#lookup.find(unknown.map(({ key }) => key.value));
    for (const { step, key } of keyed) {
      const found =
        step.node.definition.caching === 'volatile' ? undefined : this.#lookup.known(key.value);
      if (found !== undefined && found !== 'evicted') this.#reuse(step, found);
      else this.#queue.push(step);
    }
  }

  #reuse(step: StepState, result: Pick<StepResult, 'outputs'> & { createdAt?: number }): void {
    step.outputs = result.outputs;
    if (result.createdAt !== undefined) step.madeAt = result.createdAt;
    this.#close(step, 'cached');
  }

  #startQueued(): void {
    const limit = this.#parts.concurrency ?? availableParallelism();
    while (this.#running < limit && !this.#controller.signal.aborted) {
      const step = this.#queue.shift();
      if (step === undefined) break;
      const key = step.key?.value ?? '';
      const volatile = step.node.definition.caching === 'volatile';
      const known = volatile ? undefined : this.#lookup.known(key);
      const running = volatile ? undefined : this.#inFlight.get(key);
      if (known !== undefined && known !== 'evicted') this.#reuse(step, known);
      else if (running !== undefined) void this.#join(step, running);
      else void this.#start(step);
    }
    if (this.#ready.length > 0 || this.#unfinished === 0 || this.#controller.signal.aborted) {
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
    this.#close(step, 'succeeded');
  }

  #fail(step: StepState, thrown: unknown): void {
    const error = GraphError.from(thrown, { node: step.node.id });
    if (error.code === 'cancelled' || this.#controller.signal.aborted) {
      this.#close(step, 'cancelled');
      return;
    }
    step.error = error;
    this.#close(step, 'failed');
    const below = [...step.dependents];
    for (let next = below.pop(); next !== undefined; next = below.pop()) {
      if (isFinished(next)) continue;
      this.#close(next, 'skipped');
      below.push(...next.dependents);
    }
  }

  /** Ends a step and makes ready what waited for it only. */
  #close(step: StepState, status: StepStatus): void {
    step.status = status;
    this.#unfinished -= 1;
    this.journal.emit({ type: 'step.finished', step: summarize(step) });
    if (status !== 'cached' && status !== 'succeeded') return;
    for (const next of step.dependents) {
      next.waiting -= 1;
      if (next.waiting === 0 && !isFinished(next)) this.#ready.push(next);
    }
  }

  /** The stores or the engine itself failed: nothing further can be recorded truly. */
  #breakOff(error: unknown): void {
    this.#problem ??= GraphError.from(error);
    this.#controller.abort();
  }

  async #finish(): Promise<RunFinished> {
    const { runId } = this.#request;
    const { runs, actions, artifacts } = this.#parts;
    const cached = [...this.#steps.values()].filter(({ status }) => status === 'cached');
    const event = await finishEvent(artifacts, this.#steps, {
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

/** A promise that does not outlast the signal. */
async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => {
      reject(new GraphError('cancelled', 'The run was cancelled.'));
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
