import { cancelled, NobodyThere, type ElsewhereBackend } from '@graft/engine';
import {
  GraphError,
  type ArtifactStore,
  type ExecutionBackend,
  type StepRequest,
  type StepResult,
} from '@graft/graph';
import { abortable, SharedCall } from '@graft/kit';
import {
  noticeFor,
  SentSteps,
  WorkerDirectory,
  type QueueParts,
  type StepNews,
  type SeenWorker,
  type StepOutcome,
} from '@graft/store/database';
import { fits, StepWait, whyHere, whyThere, type Installation } from './step-places.ts';
import { capabilityOf, queueOf } from './step-queues.ts';

/** Milliseconds between two looks at workers and steps, for what no notice told. */
const lookEvery = 1_000;
/** Milliseconds that a known list of workers counts. */
const listFor = 1_000;
/** Milliseconds in which a worker ends a cancelled step; the contract is 2 s for all of it. */
const patience = 1_800;
/** Milliseconds that a queued step waits for a worker that can take it, once none is there. */
const unservedFor = 20_000;
/** Steps of which news is kept that nobody waits for. */
const mostEarly = 1_000;
/** Milliseconds that light steps go ahead of others. */
const lightAhead = 5_000;

export interface StepSenderParts extends Installation {
  readonly queue: QueueParts;
  readonly artifacts: Pick<ArtifactStore, 'has'>;
}

interface PendingStep {
  readonly request: StepRequest;
  readonly queue: string;
  readonly report: Parameters<ExecutionBackend['execute']>[1]['report'];
  /** Until a worker has taken it for the first time. */
  wait: StepWait | undefined;
  /** By attempt, the number of the last report that was passed on. */
  readonly told: Map<string, number>;
  /** It was cancelled. */
  isEnding: boolean;
  /** Since when no worker can take it. */
  unservedSince: number | undefined;
  resolve(outcome: StepOutcome): void;
  reject(error: unknown): void;
}

interface EarlyNews {
  readonly reports: StepNews['reports'][number][];
  outcome?: StepOutcome;
}

/** Executes steps through the workers of a database: queues them, and waits for their outcomes. */
export class StepSender implements ElsewhereBackend, AsyncDisposable {
  readonly #parts: StepSenderParts;
  readonly #sent: SentSteps;
  readonly #directory: WorkerDirectory;
  /** By id of their rows. */
  readonly #pending = new Map<string, PendingStep>();
  readonly #pull = new SharedCall(() => this.#readNews());
  /** What was read of steps whose sending has not returned yet, or that nobody waits for any more; the newest last. */
  readonly #early = new Map<string, EarlyNews>();
  /** By queue, when a worker was last seen that takes it. */
  readonly #servedAt = new Map<string, number>();
  /** The next reading looks at all rows: some may be gone. */
  #looksAtAll = false;
  #workers: { readonly at: number; readonly list: Promise<readonly SeenWorker[]> } | undefined;
  /** Those that take steps of this installation, as last seen. */
  #seen: readonly SeenWorker[] = [];
  #listening: AsyncDisposable | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(parts: StepSenderParts) {
    this.#parts = parts;
    this.#sent = new SentSteps(parts.queue);
    this.#directory = new WorkerDirectory(parts.queue);
  }

  /** Ids of the devices of all workers. */
  async devices(): Promise<readonly string[]> {
    return (await this.#fitting()).flatMap(({ devices }) => devices);
  }

  /** A queue that was served a moment ago will be again: its workers may be restarting. */
  async takes(request: StepRequest): Promise<boolean> {
    if (this.#closed) return false;
    const queue = queueOf(request);
    const now = performance.now();
    if (await this.#isServed(queue)) this.#servedAt.set(queue, now);
    return now - (this.#servedAt.get(queue) ?? -Infinity) < unservedFor;
  }

  async whyNot(request: StepRequest): Promise<string | undefined> {
    return whyHere(request, await this.#living(), this.#parts);
  }

  async execute(
    request: StepRequest,
    hooks: Parameters<ExecutionBackend['execute']>[1],
  ): Promise<StepResult> {
    const { signal, report } = hooks;
    const { node, runId } = request;
    if (signal.aborted || this.#closed) throw cancelled(node);
    const queue = queueOf(request);
    const turn = [...this.#pending.values()].filter((step) => step.request.runId === runId).length;
    const { id, isInherited } = await this.#sent.send({
      ...{ request, queue, turn, version: this.#parts.version },
      ahead: request.lane === 'light' ? lightAhead : 0,
    });
    // It takes no cores of this machine.
    report({ type: 'waiting', waiting: true });
    const outcome = await this.#outcome(id, { request, queue, report, signal });
    if (outcome.type === 'failed') throw GraphError.fromProblem(outcome.problem);
    const { result } = outcome;
    // A run that is gone left it, and its outputs may have been collected since.
    if (!isInherited || (await abortable(this.#hasOutputs(result), signal))) return result;
    await this.#sent.drop(id);
    return this.execute(request, hooks);
  }

  /** The number of workers that could take the step, and of those among them with a free slot. */
  async takers(request: StepRequest): Promise<{ readonly all: number; readonly free: number }> {
    const queue = queueOf(request);
    // One that has just ended a step is free again.
    this.#workers = undefined;
    const takers = (await this.#fitting()).filter(({ queues }) => queues.includes(queue));
    const free = takers.filter(({ running, slots }) => running < slots);
    return { all: takers.length, free: free.length };
  }

  /** Forgets the results of a step's parts, where no result of the step will be recorded. */
  dropParts({ cacheKey }: StepRequest): Promise<void> {
    return this.#sent.dropParts(cacheKey);
  }

  /** Steps that are still queued or running are left to the sweep of whoever looks next. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const { request, reject } of this.#pending.values()) reject(cancelled(request.node));
    clearTimeout(this.#timer);
    await this.#looking;
    // One that is at work ends before the database is closed.
    if (this.#listening !== undefined) await this.#pull.call().catch(() => undefined);
    await this.#listening?.[Symbol.asyncDispose]();
  }

  async #outcome(
    id: string,
    step: Pick<PendingStep, 'request' | 'queue' | 'report'> & { readonly signal: AbortSignal },
  ): Promise<StepOutcome> {
    const { signal, ...own } = step;
    let deadline: NodeJS.Timeout | undefined;
    let onAbort = (): void => undefined;
    try {
      return await new Promise<StepOutcome>((resolve, reject) => {
        const { request } = own;
        const pending: PendingStep = {
          ...{ ...own, told: new Map(), isEnding: false, unservedSince: undefined },
          // Parts are meant to wait for each other.
          wait: request.shard === undefined ? new StepWait(request) : undefined,
          ...{ resolve, reject },
        };
        const stop = (): void => {
          reject(cancelled(request.node));
        };
        onAbort = () => {
          pending.isEnding = true;
          deadline = setTimeout(stop, patience);
          this.#sent.cancel(id).then((isRunning) => {
            if (!isRunning) stop();
          }, stop);
        };
        this.#pending.set(id, pending);
        const early = this.#early.get(id);
        this.#early.delete(id);
        for (const reported of early?.reports ?? []) this.#tell(pending, reported);
        if (early?.outcome !== undefined) resolve(early.outcome);
        this.#attend();
        signal.addEventListener('abort', onAbort, { once: true });
        if (signal.aborted) onAbort();
        // An outcome that was inherited is there already.
        void this.#pull.call().catch(() => undefined);
      });
    } finally {
      clearTimeout(deadline);
      signal.removeEventListener('abort', onAbort);
      this.#pending.delete(id);
    }
  }

  /** Listens, and looks from time to time, while steps are pending. */
  #attend(): void {
    const own = noticeFor.coordinator(this.#parts.queue.leases.owner);
    this.#listening ??= this.#directory.listen((text) => {
      if (text === noticeFor.workers) this.#workers = undefined;
      if (text !== undefined && text !== own) return;
      if (this.#pending.size > 0) void this.#pull.call().catch(() => undefined);
    });
    this.#timer ??= setTimeout(() => {
      // The database may be away for a while: the next look may succeed.
      this.#looking = this.#look().catch(() => undefined);
      void this.#looking.then(() => {
        this.#timer = undefined;
        if (this.#pending.size > 0 && !this.#closed) this.#attend();
      });
    }, lookEvery);
  }

  async #readNews(): Promise<void> {
    const news = await this.#sent.news();
    const { reports, ended } = news;
    for (const reported of reports) {
      const step = this.#pending.get(reported.id);
      if (step === undefined) this.#earlyOf(reported.id).reports.push(reported);
      else this.#tell(step, reported);
    }
    for (const { id, outcome } of ended) {
      const step = this.#pending.get(id);
      if (step === undefined) this.#earlyOf(id).outcome = outcome;
      else step.resolve(outcome);
    }
    await this.#sent.forget(news);
    if (reports.length + ended.length > 0) void this.#pull.call().catch(() => undefined);
    const looksAtAll = this.#looksAtAll;
    this.#looksAtAll = false;
    await this.#settleMissing((step) => looksAtAll || step.isEnding);
  }

  #earlyOf(id: string): EarlyNews {
    const early = this.#early.get(id) ?? { reports: [] };
    this.#early.set(id, early);
    const [oldest] = this.#early.keys();
    if (this.#early.size > mostEarly && oldest !== undefined) this.#early.delete(oldest);
    return early;
  }

  async #look(): Promise<void> {
    this.#looksAtAll = true;
    await this.#pull.call();
    await this.#sent.forgetRecorded();
    const now = performance.now();
    const workers = await this.#fitting();
    for (const [id, step] of this.#pending) {
      const { queue } = step;
      const takers = workers.filter(({ queues }) => queues.includes(queue));
      const waited = step.wait?.look(takers);
      if (waited !== undefined) {
        step.report({ type: 'log', level: 'info', message: waited, place: { waited } });
      }
      if (takers.length > 0) step.unservedSince = undefined;
      else step.unservedSince ??= now;
      if (step.unservedSince === undefined || now - step.unservedSince < unservedFor) continue;
      step.unservedSince = undefined;
      if (!(await this.#sent.withdraw(id))) continue;
      step.report({
        type: 'log',
        level: 'warning',
        place: { why: `no worker takes ${queue} any more` },
        message: `No worker takes the queue ${capabilityOf(queue)} any more, so this machine computes the step. Start one with "graft worker --queues ${capabilityOf(queue)}".`,
      });
      step.reject(new NobodyThere());
    }
  }

  /** Ends steps whose rows are gone: their worker ended a cancelled step, or somebody removed it. */
  async #settleMissing(isMeant: (step: PendingStep) => boolean): Promise<void> {
    const meant = [...this.#pending].filter(([, step]) => isMeant(step));
    if (meant.length === 0) return;
    const there = await this.#sent.states(meant.map(([id]) => id));
    for (const [id, { request, isEnding, reject }] of meant) {
      if (there.has(id)) continue;
      reject(
        isEnding
          ? cancelled(request.node)
          : new GraphError('worker-died', 'The step was removed from the queue of the workers.', {
              audience: 'operator',
            }),
      );
    }
  }

  async #hasOutputs({ outputs }: StepResult): Promise<boolean> {
    const { artifacts } = this.#parts;
    const digests = Object.values(outputs).map(({ digest }) => digest);
    const found = await Promise.all(digests.map((each) => artifacts.has(each, { fresh: true })));
    return found.every(Boolean);
  }

  async #isServed(queue: string): Promise<boolean> {
    return (await this.#fitting()).some(({ queues }) => queues.includes(queue));
  }

  /** The living workers that take steps of this installation. */
  async #fitting(): Promise<readonly SeenWorker[]> {
    this.#seen = (await this.#living()).filter(fits(this.#parts));
    return this.#seen;
  }

  #living(): Promise<readonly SeenWorker[]> {
    const now = performance.now();
    if (this.#workers === undefined || now - this.#workers.at > listFor) {
      this.#workers = { at: now, list: this.#directory.look() };
    }
    return this.#workers.list;
  }

  /** Passes a report on, once. That a step waits elsewhere is nothing to this machine. */
  #tell(step: PendingStep, { claim, seq, signal }: EarlyNews['reports'][number]): void {
    const { told, queue, report } = step;
    if (seq <= (told.get(claim) ?? -1)) return;
    told.set(claim, seq);
    if (signal.type === 'waiting') return;
    if (signal.type !== 'log' || signal.place === undefined) {
      report(signal);
      return;
    }
    const takers = this.#seen.filter(({ queues }) => queues.includes(queue));
    const why = whyThere(queue, takers);
    const waited = step.wait?.text();
    step.wait = undefined;
    const begun = `${signal.message.replace(/\.$/, '')}: ${why}.`;
    report({
      ...signal,
      message: waited === undefined ? begun : `${begun} ${waited}`,
      place: { ...signal.place, why, ...(waited === undefined ? {} : { waited }) },
    });
  }
}
