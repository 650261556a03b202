import {
  queues,
  randomFrom,
  type Queue,
  type SimulatedRun,
  type SimulatedStep,
  type SimulatedWorker,
} from './load.ts';

/** Seconds without a beat after which a worker's steps go to others. */
const takenForDead = 12;
/** Seconds until a worker that died is back. */
const backAfter = 120;
/** Workers that a step may end before it fails. */
const mostDeaths = 3;
/** Seconds between two checkpoints of a training. */
const checkpointEvery = 60;
/** Seconds that smaller steps overtake one for which nobody has the memory free. */
const longestWait = 60;
/** Seconds of rank for each step that the same run has queued. */
const turn = 0.1;
/** GB that stay free when a step is taken beside others. */
const leastFree = 0.5;

interface Wait {
  readonly step: SimulatedStep;
  /** From when it could run. */
  readonly seconds: number;
  /** From when one of its queue, a minute or more behind it, was begun by a worker that could have taken it. */
  readonly overtaken: number;
}

export interface Outcome {
  /** Seconds from the first start to the last end. */
  readonly seconds: number;
  /** Slot seconds of work that counted, and of work that a death undid. */
  readonly worked: number;
  readonly undone: number;
  /** Slot seconds without work while a step waited that the slot's worker had the memory for. */
  readonly idle: number;
  /** Slot seconds of living workers. */
  readonly offered: number;
  readonly deaths: number;
  /** Steps that three workers did not survive. */
  readonly failed: number;
  /** Steps that were begun where less memory was free than they take. */
  readonly tooLarge: number;
  readonly waits: readonly Wait[];
}

interface Waiting {
  readonly step: SimulatedStep;
  /** Seconds of work left. */
  readonly seconds: number;
  readonly since: number;
  readonly rank: number;
  readonly deaths: number;
  overtakenAt?: number;
  /** The worker that keeps itself free for it. */
  keeper?: LiveWorker;
}

interface Working extends Waiting {
  readonly beganAt: number;
}

interface LiveWorker extends SimulatedWorker {
  isUp: boolean;
  readonly steps: Set<Working>;
  /** The step that it keeps itself free for. */
  kept?: Waiting | undefined;
}

interface Event {
  readonly at: number;
  readonly act: () => void;
}

/**
 * Runs through workers that die, by the rules of `runtime/store/database/worker-claims.ts` and
 * `runtime/workspace/fleet/queue-worker.ts`, in virtual time: notices come at once, and taking a step costs nothing.
 * `meanLife` is in seconds.
 */
export function simulate(
  runs: readonly SimulatedRun[],
  machines: readonly SimulatedWorker[],
  options: { readonly seed: number; readonly meanLife: number },
): Outcome {
  return new Simulation(machines, options).execute(runs);
}

class Simulation {
  readonly #random: () => number;
  readonly #meanLife: number;
  readonly #workers: readonly LiveWorker[];
  /** The latest first. */
  readonly #events: Event[] = [];
  /** By queue, in the order of their ranks. */
  readonly #waiting = new Map<Queue, Waiting[]>(queues.map((queue) => [queue, []]));
  /** By step, the steps before it that have not ended. */
  readonly #missing = new Map<number, number>();
  readonly #followers = new Map<number, SimulatedStep[]>();
  /** By run, its steps that wait or run. */
  readonly #queuedOf = new Map<number, number>();
  readonly #waits: Wait[] = [];
  readonly #sums = {
    ...{ worked: 0, undone: 0, idle: 0, offered: 0 },
    ...{ deaths: 0, failed: 0, tooLarge: 0 },
  };
  #now = 0;
  #open = 0;

  constructor(
    machines: readonly SimulatedWorker[],
    { seed, meanLife }: { readonly seed: number; readonly meanLife: number },
  ) {
    this.#random = randomFrom(seed);
    this.#meanLife = meanLife;
    this.#workers = machines.map((worker) => ({ ...worker, isUp: true, steps: new Set() }));
  }

  execute(runs: readonly SimulatedRun[]): Outcome {
    for (const { startsAt, steps } of runs) {
      this.#open += steps.length;
      for (const step of steps) this.#expect(step);
      this.#plan(startsAt, () => {
        for (const step of steps) if (step.after.length === 0) this.#queue(step);
      });
    }
    for (const worker of this.#workers) this.#planDeath(worker);
    while (this.#open > 0) {
      const event = this.#events.pop();
      if (event === undefined) throw new Error('Nothing happens any more, and steps are left.');
      const passed = event.at - this.#now;
      if (passed > 0) {
        const up = this.#workers.reduce((sum, { isUp, slots }) => sum + (isUp ? slots : 0), 0);
        this.#sums.offered += up * passed;
        this.#sums.idle += this.#idleSlots() * passed;
      }
      this.#now = event.at;
      event.act();
      for (const worker of this.#freeWorkers()) this.#fill(worker);
    }
    return { ...this.#sums, seconds: this.#now, waits: this.#waits };
  }

  #expect(step: SimulatedStep): void {
    this.#missing.set(step.id, step.after.length);
    for (const before of step.after) {
      const known = this.#followers.get(before);
      if (known === undefined) this.#followers.set(before, [step]);
      else known.push(step);
    }
  }

  #plan(seconds: number, act: () => void): void {
    if (seconds === Number.POSITIVE_INFINITY) return;
    const at = this.#now + seconds;
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#events[middle]?.at ?? 0) > at) low = middle + 1;
      else high = middle;
    }
    this.#events.splice(low, 0, { at, act });
  }

  #queue(step: SimulatedStep): void {
    const queued = this.#queuedOf.get(step.run) ?? 0;
    this.#queuedOf.set(step.run, queued + 1);
    const rank = this.#now + queued * turn;
    this.#wait({ step, seconds: step.seconds, since: this.#now, rank, deaths: 0 });
  }

  #wait(one: Waiting): void {
    const list = this.#listOf(one.step.queue);
    list.splice(list.findLastIndex(({ rank }) => rank <= one.rank) + 1, 0, one);
  }

  #listOf(queue: Queue): Waiting[] {
    return this.#waiting.get(queue) ?? [];
  }

  /** Those that may take a step, in the order of chance. */
  #freeWorkers(): LiveWorker[] {
    const free = this.#workers.filter(
      ({ isUp, slots, steps, queues: own }) =>
        isUp && steps.size < slots && own.some((queue) => this.#listOf(queue).length > 0),
    );
    for (let at = free.length - 1; at > 0; at -= 1) {
      const other = Math.floor(this.#random() * (at + 1));
      const [one, two] = [free[at], free[other]];
      if (one !== undefined && two !== undefined) [free[at], free[other]] = [two, one];
    }
    return free;
  }

  #fill(worker: LiveWorker): void {
    while (worker.steps.size < worker.slots) {
      const found = this.#next(worker);
      if (found === undefined) return;
      this.#begin(worker, found);
    }
  }

  /** The next step in rank that fits into what is free; only the one that it keeps itself free for, if there is such a one. */
  #next(worker: LiveWorker): Waiting | undefined {
    const isIdle = worker.steps.size === 0;
    const free = isIdle ? Number.POSITIVE_INFINITY : freeOf(worker);
    const { kept } = worker;
    if (
      kept !== undefined &&
      kept.keeper === worker &&
      this.#listOf(kept.step.queue).includes(kept)
    )
      return kept.step.named <= free ? kept : undefined;
    worker.kept = undefined;
    let best: Waiting | undefined;
    for (const queue of worker.queues) {
      const most = this.#mostFor(worker, queue);
      for (const one of this.#listOf(queue)) {
        if (best !== undefined && one.rank >= best.rank) break;
        const { named } = one.step;
        if (named <= most && named > free && this.#isOverdue(one)) {
          one.keeper = worker;
          worker.kept = one;
          return undefined;
        }
        if (named > Math.min(most, free)) continue;
        best = one;
        break;
      }
    }
    return best;
  }

  /** Whether it has waited for so long that a worker should keep itself free for it, and none does. */
  #isOverdue({ rank, keeper }: Waiting): boolean {
    return rank < this.#now - longestWait && keeper?.isUp !== true;
  }

  /** GB that a step of a queue may name for a worker to take it: those of its machine, unless nobody alive has more. */
  #mostFor(worker: LiveWorker, queue: Queue): number {
    const isLeft = this.#workers.some(
      ({ isUp, memory, queues: own }) => isUp && memory > worker.memory && own.includes(queue),
    );
    return isLeft ? worker.memory : Number.POSITIVE_INFINITY;
  }

  #begin(worker: LiveWorker, taken: Waiting): void {
    const { step, since, seconds, deaths, overtakenAt = this.#now } = taken;
    const list = this.#listOf(step.queue);
    list.splice(list.indexOf(taken), 1);
    if (deaths === 0)
      this.#waits.push({ step, seconds: this.#now - since, overtaken: this.#now - overtakenAt });
    for (const other of list) {
      if (other.rank >= taken.rank - longestWait) break;
      if (other.step.named <= worker.memory) other.overtakenAt ??= this.#now;
    }
    if (step.memory > freeOf(worker) + leastFree) this.#sums.tooLarge += 1;
    const working: Working = { ...taken, beganAt: this.#now };
    worker.steps.add(working);
    this.#plan(seconds, () => {
      if (!worker.steps.delete(working)) return;
      this.#sums.worked += seconds;
      this.#close(step);
    });
  }

  #close(step: SimulatedStep): void {
    this.#open -= 1;
    this.#queuedOf.set(step.run, (this.#queuedOf.get(step.run) ?? 1) - 1);
    for (const follower of this.#followers.get(step.id) ?? []) {
      const missing = (this.#missing.get(follower.id) ?? 0) - 1;
      this.#missing.set(follower.id, missing);
      if (missing === 0) this.#queue(follower);
    }
  }

  #planDeath(worker: LiveWorker): void {
    this.#plan(-this.#meanLife * Math.log(1 - this.#random()), () => {
      this.#sums.deaths += 1;
      worker.isUp = false;
      const lost = [...worker.steps];
      worker.steps.clear();
      const diedAt = this.#now;
      this.#plan(takenForDead, () => {
        for (const one of lost) this.#lose(one, diedAt);
      });
      this.#plan(backAfter, () => {
        worker.isUp = true;
        this.#planDeath(worker);
      });
    });
  }

  /** Another worker gets it, a training with what its newest checkpoint holds. */
  #lose({ step, seconds, since, rank, deaths, beganAt }: Working, diedAt: number): void {
    const passed = diedAt - beganAt;
    const saved =
      step.queue === 'training' ? Math.floor(passed / checkpointEvery) * checkpointEvery : 0;
    this.#sums.worked += saved;
    this.#sums.undone += passed - saved;
    if (deaths + 1 < mostDeaths) {
      this.#wait({ step, seconds: seconds - saved, since, rank, deaths: deaths + 1 });
      return;
    }
    this.#sums.failed += 1;
    this.#close(step);
  }

  #idleSlots(): number {
    const waiting = [...this.#waiting.values()].flat();
    const able = this.#freeWorkers().reduce((sum, worker) => {
      const fitting = waiting.filter(
        ({ step }) => worker.queues.includes(step.queue) && step.named <= freeOf(worker),
      );
      return sum + Math.min(fitting.length, worker.slots - worker.steps.size);
    }, 0);
    return Math.min(able, waiting.length);
  }
}

const freeOf = ({ memory, steps }: LiveWorker): number =>
  memory - leastFree - [...steps].reduce((sum, { step }) => sum + step.memory, 0);
