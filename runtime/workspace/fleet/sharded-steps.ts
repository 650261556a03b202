import type { ElsewhereBackend } from '@graft/engine';
import {
  enginesOf,
  hashParts,
  type ArtifactRef,
  type ExecutionBackend,
  type Registry,
  type StepRequest,
  type StepResult,
  type StepSignal,
} from '@graft/graph';
import { shardsOf } from './step-shards.ts';

type StepHooks = Parameters<ExecutionBackend['execute']>[1];

/** Executes steps and parts of steps through workers: `StepSender`. */
interface PartBackend extends ElsewhereBackend {
  /** The number of workers that could take a step, and of those among them with a free slot. */
  takers(request: StepRequest): Promise<{ readonly all: number; readonly free: number }>;
  /** Forgets the results of a step's parts. */
  dropParts(request: StepRequest): Promise<void>;
}

/**
 * Executes long map-type steps on several workers. One of them begins the step. If it finds the rest to be long, it hands
 * its items over and leaves the rest. Its shards are computed by all workers, and then the step, which finds its items.
 */
export class ShardedSteps implements ElsewhereBackend {
  readonly #parts: { readonly workers: PartBackend; readonly registry: Registry };

  constructor(parts: { readonly workers: PartBackend; readonly registry: Registry }) {
    this.#parts = parts;
  }

  takes(request: StepRequest): Promise<boolean> {
    return this.#parts.workers.takes?.(request) ?? Promise.resolve(true);
  }

  whyNot(request: StepRequest): Promise<string | undefined> {
    return this.#parts.workers.whyNot?.(request) ?? Promise.resolve(undefined);
  }

  async execute(request: StepRequest, hooks: StepHooks): Promise<StepResult> {
    const { workers } = this.#parts;
    const leavesRest = this.#mayLeaveRest(request) && (await workers.takers(request)).free > 1;
    const whole = leavesRest ? { ...request, leavesRest } : request;
    const progress = new SharedProgress(hooks.report);
    const result = await workers.execute(whole, { ...hooks, report: progress.part() });
    // Another coordinator may have left such a result.
    if (result.rest === undefined) return result;
    let isRecorded = false;
    try {
      const all = await this.#join(request, { hooks, progress, begun: result });
      isRecorded = (all.items?.failed ?? 0) === 0;
      return all;
    } finally {
      if (!isRecorded) await workers.dropParts(request).catch(() => undefined);
    }
  }

  async #join(
    request: StepRequest,
    {
      hooks,
      progress,
      begun,
    }: { readonly hooks: StepHooks; readonly progress: SharedProgress; readonly begun: StepResult },
  ): Promise<StepResult> {
    const { workers } = this.#parts;
    const handed = itemsOf(begun);
    // Counts busy workers: a coordinator that continues a run must cut the same shards as the one before.
    const { all: takers } = await workers.takers(request);
    const shards = takers > 1 ? shardsOf(begun.rest?.ms ?? 0, takers) : [];
    if (shards.length > 0) {
      const message = `${String(takers)} workers compute the rest of this step, in ${String(shards.length)} parts.`;
      hooks.report({ type: 'log', level: 'info', message });
    }
    const results = await allOrNone(hooks.signal, shards, ({ from, to }, signal, at) => {
      const name = `${String(at + 1)} of ${String(shards.length)}`;
      const parts = { shard: `${String(from)}-${String(to)}`, of: request.cacheKey };
      const cacheKey = hashParts(Object.entries(parts).map(([name, value]) => ({ name, value })));
      const shard = { from, to, name, of: request.cacheKey };
      const part = { ...request, cacheKey, shard, handed };
      return workers.execute(part, { signal, report: progress.part() });
    });
    const all = await workers.execute(
      { ...request, handed: [...handed, ...results.flatMap(itemsOf)] },
      { ...hooks, report: progress.whole() },
    );
    const memory = Math.max(...[begun, ...results, all].map((each) => each.memory ?? 0));
    // The step itself may only have gathered items.
    return { ...all, device: begun.device, ...(memory === 0 ? {} : { memory }) };
  }

  /**
   * Items of a site or a server stay together: pauses and the number of requests at once count for one executor. A second
   * attempt does too, because it is there to show what made the first one fail.
   */
  #mayLeaveRest({ type, lane, attempt = 1, inputFacets, sources }: StepRequest): boolean {
    const definition = this.#parts.registry.get(type);
    if (definition?.items === undefined || lane === 'web' || attempt > 1) return false;
    if (sources.some(({ kind }) => kind === 'database')) return false;
    return !enginesOf(definition, inputFacets, sources).includes('remote');
  }
}

function itemsOf({ outputs }: StepResult): readonly ArtifactRef[] {
  const { items } = outputs;
  return items === undefined ? [] : [items];
}

/** Runs works together. After the first failure, cancels the others, waits for their ends and throws it. */
async function allOrNone<Work, Result>(
  signal: AbortSignal,
  works: readonly Work[],
  run: (work: Work, signal: AbortSignal, at: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const controller = new AbortController();
  const failures: unknown[] = [];
  const settled = await Promise.all(
    works.map(async (work, at) => {
      try {
        return [await run(work, AbortSignal.any([signal, controller.signal]), at)];
      } catch (error) {
        failures.push(error);
        controller.abort();
        return [];
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
  return settled.flat();
}

/** The progress of the parts of a step as that of the step. Other reports pass. */
class SharedProgress {
  readonly #report: (signal: StepSignal) => void;
  /** Items that are done, by part. */
  readonly #done = new Map<symbol, number>();
  #most = 0;

  constructor(report: (signal: StepSignal) => void) {
    this.#report = report;
  }

  /** Receives the reports of a part, whose items no other part has. */
  part(): (signal: StepSignal) => void {
    const part = Symbol('part');
    return (signal) => {
      if (signal.type !== 'progress') {
        this.#report(signal);
        return;
      }
      this.#done.set(part, signal.done);
      const done = [...this.#done.values()].reduce((sum, each) => sum + each, 0);
      // A part that begins anew on another worker takes nothing back.
      this.#most = Math.max(this.#most, done);
      this.#report({ ...signal, done: this.#most });
    };
  }

  /** Receives the reports of the step after its parts. */
  whole(): (signal: StepSignal) => void {
    return (signal) => {
      if (signal.type === 'progress' && signal.done < this.#most) return;
      this.#report(signal);
    };
  }
}
