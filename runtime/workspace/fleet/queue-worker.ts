import {
  GraphError,
  type ExecutionBackend,
  type LoadedModel,
  type StepRequest,
  type StepSignal,
} from '@graft/graph';
import { availableMemory, machineMemory, SharedCall } from '@graft/kit';
import {
  WorkerClaims,
  WorkerDirectory,
  type ClaimedStep,
  type ClaimReport,
  type QueueParts,
  type SeenWorker,
  type StepOutcome,
  type WorkerFacts,
  type WorkerState,
} from '@graft/store/database';
import { fits } from './step-places.ts';
import { queueOf } from './step-queues.ts';

/** Milliseconds between two looks at the queue, for what no notice told. */
const lookEvery = 1_000;
/** Looks between two cleanings of the queue. */
const cleanEvery = 20;
/** Milliseconds for which reports are gathered. */
const reportEvery = 50;
/** Milliseconds before the end of a step is written again that the database did not take. */
const writeAgainAfter = 500;
/** Milliseconds for which a worker takes no steps after one found its disk full. */
const fullFor = 10_000;
/** Times that a worker with a full disk leaves one step to others, who may be busy, before it fails. */
const mostTimesLeft = 6;
/** Steps that are remembered because this worker's disk had no room for them. */
const mostLeft = 1_000;
/** Looks between two tellings of the memory in use, if nothing else has changed. */
const memoryEvery = 5;
/** Bytes that stay free when a step is taken beside others. */
const leastFree = 512e6;

export interface QueueWorkerParts {
  readonly queue: QueueParts;
  readonly facts: WorkerFacts;
  /** Executes the steps: a supervisor of processes. */
  readonly backend: ExecutionBackend & { readonly models: readonly LoadedModel[] };
  /** Tells the operator. */
  readonly log: (line: string) => void;
}

interface RunningStep extends ClaimedStep {
  readonly controller: AbortController;
  /** Reports so far. */
  seq: number;
  /** Who reads them; undefined until its row was first looked at. */
  coordinator: string | undefined;
  /** The newest progress, for a coordinator that inherits the step. */
  progress: StepSignal | undefined;
  readonly done: Promise<void>;
}

/** Takes steps from the queues of a database and executes them, until it is drained. */
export class QueueWorker implements AsyncDisposable {
  readonly #parts: QueueWorkerParts;
  readonly #directory: WorkerDirectory;
  readonly #steps = new Map<string, RunningStep>();
  #reports: ClaimReport[] = [];
  #claims: WorkerClaims | undefined;
  readonly #fill = new SharedCall(() => this.#takeSteps());
  readonly #flush = new SharedCall(() => {
    const told = this.#tell();
    const telling = told.catch(() => undefined);
    this.#telling = telling;
    void telling.then(() => {
      if (this.#telling === telling) this.#telling = undefined;
    });
    return told;
  });
  /** While reports are being written. Never rejects. */
  #telling: Promise<void> | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #listening: AsyncDisposable | undefined;
  /** Claims that the last look found in the database, and no step of them here. */
  #unknown: ReadonlySet<string> = new Set();
  #looks = 0;
  /** Until when its disk counts as full, by `performance.now()`. */
  #fullUntil = -Infinity;
  /** Times that it left a step to others because its disk was full, by id; the newest last. */
  readonly #leftFull = new Map<string, number>();
  /** Those that lived at the last look. */
  #workers: readonly SeenWorker[] = [];
  /** What was last told of it, except the memory in use. */
  #told = '';
  #isDraining = false;
  /** Its steps go to others. */
  #isLeaving = false;

  constructor(parts: QueueWorkerParts) {
    this.#parts = parts;
    this.#directory = new WorkerDirectory(parts.queue);
  }

  /** Makes it known, and begins to take steps. */
  async start(): Promise<void> {
    await this.#directory.removeLeft();
    await this.#register();
    this.#listening = this.#directory.listen((text) => {
      const meaning = text === undefined ? 'steps' : this.#claims?.meaning(text);
      if (meaning === 'steps') void this.#flush.call().catch(() => undefined);
      if (meaning !== undefined) void this.#fill.call().catch(() => undefined);
    });
    this.#next(0);
  }

  /** Takes no more steps, and waits for those that it has. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    await this.#tellState().catch(() => undefined);
    await this.#taken();
    await this.#settled();
  }

  /** Leaves the steps that it has to other workers, and ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDraining = true;
    this.#isLeaving = true;
    for (const { controller } of this.#steps.values()) controller.abort();
    await this.#taken();
    await this.#settled();
    clearTimeout(this.#timer);
    clearTimeout(this.#gathering);
    await this.#looking;
    await this.#flush.call().catch(() => undefined);
    await this.#listening?.[Symbol.asyncDispose]();
    await this.#claims?.[Symbol.asyncDispose]();
  }

  async #register(): Promise<void> {
    this.#claims = await WorkerClaims.register(this.#parts.queue, this.#parts.facts);
    this.#told = '';
  }

  /** Once the steps that it takes at this moment are among those that it has. */
  async #taken(): Promise<void> {
    await this.#fill.call().catch(() => undefined);
  }

  async #settled(): Promise<void> {
    while (this.#steps.size > 0) {
      await Promise.all([...this.#steps.values()].map(({ done }) => done));
    }
  }

  #next(after = lookEvery): void {
    this.#timer = setTimeout(() => {
      // The database may be away for a while: the next look may succeed.
      this.#looking = this.#look().catch(() => undefined);
      void this.#looking.then(() => {
        if (!this.#isLeaving) this.#next();
      });
    }, after);
  }

  async #look(): Promise<void> {
    await this.#keepName();
    await this.#flush.call();
    await this.#leaveUnknown();
    this.#workers = await this.#directory.look();
    await this.#fill.call();
    await this.#tellState();
    if (++this.#looks % cleanEvery === 0) await this.#directory.removeLeft();
  }

  /** What it does now, for people, and for coordinators that it takes no more steps. */
  async #tellState(): Promise<void> {
    const state: Omit<WorkerState, 'memory'> = {
      isDraining: this.#isDraining,
      models: [...this.#parts.backend.models],
      since: Object.fromEntries([...this.#steps.values()].map(({ id, since }) => [id, since])),
    };
    const told = JSON.stringify(state);
    if (told === this.#told && this.#looks % memoryEvery !== 0) return;
    const all = machineMemory();
    const memory = { used: all - (await availableMemory()), all };
    await this.#claims?.tellState({ ...state, memory });
    this.#told = told;
  }

  /** After this process stood still, others have its steps: it begins anew under another name. */
  async #keepName(): Promise<void> {
    const claims = this.#claims;
    if (claims === undefined || this.#isDraining) return;
    try {
      await claims.check();
    } catch (error) {
      if (GraphError.from(error).code !== 'store-locked') throw error;
      this.#parts.log(
        'This worker stood still for so long that others took its steps. It begins anew.',
      );
      for (const { controller } of this.#steps.values()) controller.abort();
      await this.#settled();
      await this.#register();
    }
  }

  /** Steps that were taken, but the answer was lost, go to others. */
  async #leaveUnknown(): Promise<void> {
    const held = (await this.#claims?.held()) ?? [];
    const unknown = new Set(held.filter((claim) => !this.#steps.has(claim)));
    for (const claim of unknown) {
      // Not those that are being taken at this moment.
      if (this.#unknown.has(claim)) await this.#claims?.giveBack(claim);
    }
    this.#unknown = unknown;
  }

  async #takeSteps(): Promise<void> {
    const claims = this.#claims;
    const left = this.#parts.facts.slots - this.#steps.size;
    const isFull = performance.now() < this.#fullUntil;
    if (claims === undefined || this.#isDraining || isFull || left <= 0) return;
    // A worker without work takes any step that its machine may hold.
    const isIdle = this.#steps.size === 0;
    const all = machineMemory();
    const named = [...this.#steps.values()].reduce((sum, { request }) => sum + needOf(request), 0);
    const free = Math.min(await availableMemory(), all - named) - leastFree;
    if (free < 0 && !isIdle) return;
    const room = { all, workers: this.#workers };
    const [first] = isIdle ? await claims.claim(1, { ...room, free: Number.MAX_SAFE_INTEGER }) : [];
    if (first !== undefined) this.#run(claims, first);
    const slots = first === undefined ? left : left - 1;
    const rest = free - (first === undefined ? 0 : needOf(first.request));
    if (slots === 0 || rest < 0 || (isIdle && first === undefined)) return;
    for (const step of await claims.claim(slots, { ...room, free: rest })) this.#run(claims, step);
  }

  #run(claims: WorkerClaims, step: ClaimedStep): void {
    const controller = new AbortController();
    const { shown } = this.#parts.facts;
    const running: RunningStep = {
      ...{ ...step, controller, seq: 0, coordinator: undefined, progress: undefined },
      done: Promise.resolve().then(async () => {
        this.#report(running, {
          ...{ type: 'log', level: 'info', place: { worker: shown } },
          message: `The worker ${shown} computes ${partOf(step.request)}.`,
        });
        const outcome = await this.#outcome(running);
        const isFull = await this.#leavesFull(running, outcome);
        await this.#end(claims, running, isFull ? 'left' : outcome);
        void this.#fill.call().catch(() => undefined);
      }),
    };
    this.#steps.set(step.claim, running);
    // It was being taken when this worker was told to leave its steps.
    if (this.#isLeaving) controller.abort();
  }

  async #outcome(step: RunningStep): Promise<StepOutcome> {
    const { request, controller } = step;
    try {
      const result = await this.#parts.backend.execute(request, {
        signal: controller.signal,
        report: (signal) => {
          this.#report(step, signal);
        },
      });
      return { type: 'done', result };
    } catch (error) {
      const problem = GraphError.from(error, { node: request.node }).toProblem();
      // Settings of this machine are concerned, and not those of the machine that shows the message.
      const message =
        problem.code === 'unavailable' || problem.code === 'no-space'
          ? `${problem.message} (The worker ${this.#parts.facts.shown} says this.)`
          : problem.message;
      return { type: 'failed', problem: { ...problem, message } };
    }
  }

  /** Whether a step for which this machine's disk has no room goes to another worker. This one takes none for a while. */
  async #leavesFull(step: RunningStep, outcome: StepOutcome): Promise<boolean> {
    if (outcome.type !== 'failed' || outcome.problem.code !== 'no-space') return false;
    const { shown, version, store } = this.#parts.facts;
    this.#fullUntil = performance.now() + fullFor;
    this.#parts.log(outcome.problem.message);
    const times = (this.#leftFull.get(step.id) ?? 0) + 1;
    if (times > mostTimesLeft) return false;
    const queue = queueOf(step.request);
    const workers = await this.#directory.look().catch(() => []);
    const fitting = workers
      .filter(fits({ version, store }))
      .filter(({ queues }) => queues.includes(queue));
    // It is among them.
    if (fitting.length < 2) return false;
    this.#leftFull.delete(step.id);
    this.#leftFull.set(step.id, times);
    const [oldest] = this.#leftFull.keys();
    if (this.#leftFull.size > mostLeft && oldest !== undefined) this.#leftFull.delete(oldest);
    const message = `The disk of the worker ${shown} is full. Another worker continues.`;
    this.#report(step, { type: 'log', level: 'warning', message });
    await this.#flush.call().catch(() => undefined);
    return true;
  }

  /** Until the database has taken it: a worker that is taken for dead meanwhile learns that here. */
  async #end(
    claims: WorkerClaims,
    step: RunningStep,
    outcome: StepOutcome | 'left',
  ): Promise<void> {
    const { claim, controller } = step;
    for (;;) {
      // Reports that are being written belong before the end, after which nobody takes them.
      while (this.#telling !== undefined) await this.#telling;
      const reports = this.#reports.filter((report) => report.claim === claim);
      this.#reports = this.#reports.filter((report) => report.claim !== claim);
      try {
        const isLeft = this.#isLeaving && controller.signal.aborted;
        if (isLeft || outcome === 'left') await claims.giveBack(claim);
        else await claims.end(claim, outcome, reports);
        break;
      } catch {
        this.#reports.unshift(...reports);
        await new Promise((resolve) => setTimeout(resolve, writeAgainAfter));
      }
    }
    this.#steps.delete(claim);
  }

  #report(step: RunningStep, signal: StepSignal): void {
    if (this.#steps.get(step.claim) !== step) return;
    if (signal.type === 'progress') step.progress = signal;
    this.#reports.push({ claim: step.claim, seq: step.seq, signal });
    step.seq += 1;
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      void this.#flush.call().catch(() => undefined);
    }, reportEvery);
  }

  /** Writes the reports, and ends the steps that were cancelled or are another's by now. */
  async #tell(): Promise<void> {
    const before = [...this.#steps.values()];
    if (this.#claims === undefined || before.length === 0) return;
    const reports = this.#reports;
    this.#reports = [];
    let wanted: ReadonlyMap<string, string>;
    try {
      wanted = await this.#claims.report(reports);
    } catch (error) {
      this.#reports.unshift(...reports);
      throw error;
    }
    for (const step of before) {
      const { claim, controller, progress, coordinator = wanted.get(claim) } = step;
      step.coordinator = wanted.get(claim);
      if (step.coordinator === undefined) controller.abort();
      else if (step.coordinator !== coordinator && progress !== undefined) {
        this.#report(step, progress);
      }
    }
  }
}

/** What a request asks for, in messages. */
function partOf({ shard, handed = [] }: StepRequest): string {
  if (shard !== undefined) return `the part ${shard.name} of this step`;
  return handed.length > 0 ? 'the rest of this step' : 'this step';
}

/** Bytes that a step's node used last; 0 where nobody knows. */
const needOf = ({ memory = 0 }: StepRequest): number => memory;
