import {
  addedUsage,
  familyParts,
  GraphError,
  type ActionRecord,
  type CacheKey,
  type GraphErrorCode,
  type StepRequest,
  type StepResult,
  type StepSignal,
  withCheckpoint,
} from '@graft/graph';
import { cancelled } from '../step/local-backend.ts';
import type { ActionLookup } from './action-lookup.ts';
import { isResultOf } from './cache-walk.ts';
import type { EngineParts, Executed, InFlight, StepClaim, StepDevice } from './engine-parts.ts';
import type { RunRecorder } from './run-recorder.ts';
import type { StepRenewal } from './step-renewal.ts';
import type { StepRoom } from './step-room.ts';
import {
  facetsOf,
  inputsOf,
  stepsAbove,
  summarize,
  toRequest,
  type StepState,
} from './step-state.ts';

/** Errors after which a step is tried once more, in another process or with a smaller batch. */
const retried: ReadonlySet<GraphErrorCode> = new Set(['worker-died', 'out-of-memory']);
/** Errors that may mean that the stored bytes of an input are gone. */
const damaged: ReadonlySet<GraphErrorCode> = new Set(['store-damaged', 'missing-file']);

export interface ExecutorRun {
  readonly parts: Pick<EngineParts, 'backend' | 'claims'>;
  readonly inFlight: InFlight;
  readonly steps: ReadonlyMap<string, StepState>;
  readonly journal: RunRecorder;
  readonly lookup: ActionLookup;
  readonly runId: string;
  readonly deviceOf: (step: StepState) => StepDevice;
  /** The key of a step with its current sources and inputs. */
  readonly keyOf: (step: StepState) => CacheKey;
  /** The last outputs of its node. */
  readonly previousOf: (step: StepState) => StepRequest['previous'];
  /** Peak bytes of leases and models of the last step of its node. */
  readonly memoryOf: (step: StepState) => number | undefined;
  readonly renewal: StepRenewal;
  readonly signal: AbortSignal;
}

/** Executes steps and retries them. Computes damaged inputs again first. */
export class StepExecutor {
  readonly #run: ExecutorRun;
  readonly #repairs = new Map<StepState, Promise<void>>();

  constructor(run: ExecutorRun) {
    this.#run = run;
  }

  /**
   * Executes a step and records its outputs. Equal steps can wait for it meanwhile; while it waits itself, it gives `room`
   * back.
   */
  async execute(step: StepState, room?: StepRoom): Promise<Executed> {
    const { inFlight } = this.#run;
    const key = step.key?.value;
    if (key === undefined || step.node.definition.caching === 'volatile') {
      return this.#timed(step, room);
    }
    let release = (): void => undefined;
    const running = this.#claimed(step, key, {
      room,
      claimed(claim) {
        release = () => {
          claim.release();
        };
      },
    });
    inFlight.set(key, running);
    const forget = (): void => {
      if (inFlight.get(key) === running) inFlight.delete(key);
      release();
    };
    try {
      const result = await running;
      if ('key' in result || !this.#record(step, result, forget)) forget();
      return result;
    } catch (error) {
      forget();
      throw error;
    }
  }

  /**
   * Executes the step, unless another process or another run of this one computed it after the lookup, while it waited for
   * room.
   */
  async #claimed(
    step: StepState,
    key: string,
    {
      room,
      claimed,
    }: { readonly room: StepRoom | undefined; readonly claimed: (claim: StepClaim) => void },
  ): Promise<Executed> {
    const { parts, signal, lookup } = this.#run;
    const stopped = (error: unknown): never => {
      throw signal.aborted ? cancelled(step.node.id) : error;
    };
    const waiting = (pid: number): void => {
      room?.leave();
      this.#log(step, `Waiting for the process ${String(pid)}, which is computing the same step.`);
    };
    const claim = await parts.claims?.claim(key, { signal, waiting }).catch(stopped);
    if (claim !== undefined) claimed(claim);
    const mayBeRecorded = claim?.mayBeRecorded ?? room?.waited ?? false;
    const found = mayBeRecorded ? await lookup.again(key) : undefined;
    if (found !== undefined && isResultOf(step, found)) return found;
    await room?.enter(signal).catch(stopped);
    return this.#timed(step, room);
  }

  async #timed(step: StepState, room?: StepRoom): Promise<StepResult> {
    const startedAt = performance.now();
    try {
      return await this.#attempts(step, room);
    } finally {
      step.ms = performance.now() - startedAt;
    }
  }

  /** A result with failed items is not recorded, so that the next run tries them again. */
  #record(step: StepState, result: StepResult, durable: () => void): boolean {
    if (step.key === undefined || (result.items?.failed ?? 0) > 0) return false;
    const record: ActionRecord = {
      key: step.key.value,
      nodeType: step.node.definition.type,
      outputs: { ...result.outputs },
      ...(result.items === undefined ? {} : { items: result.items.total }),
      ms: step.ms,
      createdAt: Date.now(),
    };
    this.#run.lookup.remember(record);
    this.#run.journal.record(record, durable);
    return true;
  }

  async #attempts(step: StepState, room?: StepRoom): Promise<StepResult> {
    let attempt = 1;
    let repaired = false;
    for (;;) {
      try {
        return await this.#attempt(step, attempt, room);
      } catch (thrown) {
        const error = GraphError.from(thrown, { node: step.node.id });
        if (this.#run.signal.aborted) throw error;
        if (attempt === 1 && retried.has(error.code)) {
          attempt = 2;
          this.#log(step, `${error.message} Trying again once.`);
        } else if (!repaired && damaged.has(error.code) && (await this.#repairInputs(step))) {
          repaired = true;
          this.#requireKey(step);
        } else throw error;
      }
    }
  }

  /** An input that was computed again may differ: then the step's key no longer fits its inputs. */
  #requireKey(step: StepState): void {
    if (this.#run.keyOf(step).value === step.key?.value) return;
    throw new GraphError(
      'input-changed',
      'Graft recomputed a damaged input, and its result now differs. Run again.',
      { location: { node: step.node.id } },
    );
  }

  async #attempt(step: StepState, attempt: number, room?: StepRoom): Promise<StepResult> {
    const { parts, steps, runId, deviceOf, previousOf, memoryOf, signal } = this.#run;
    const request = toRequest(step, {
      runId,
      device: deviceOf(step).id,
      attempt,
      inputs: inputsOf(step, steps),
      inputFacets: facetsOf(step, steps),
      familyParts: step.key === undefined ? [] : familyParts(step.key, step.node),
      previous: previousOf(step),
      memory: memoryOf(step),
    });
    const { node } = request;
    const report = (reported: StepSignal): void => {
      if (reported.type === 'spent') {
        step.remote = addedUsage([
          ...(step.remote === undefined ? [] : [step.remote]),
          reported.usage,
        ]);
        return;
      }
      if (reported.type === 'stored-checkpoint') {
        step.checkpoint = reported.checkpoint;
        return;
      }
      if (reported.type === 'checkpoint') {
        step.checkpoints = withCheckpoint(step.checkpoints, reported.checkpoint);
      }
      if (reported.type !== 'waiting') this.#run.journal.emit(toEvent(node, reported));
      else if (reported.waiting) room?.leave();
      else room?.resume();
    };
    try {
      return await parts.backend.execute(request, { signal, report });
    } finally {
      // Its process may have died while it waited.
      room?.resume();
    }
  }

  /** Computes the inputs whose artifacts are gone; false if none was. */
  async #repairInputs(step: StepState): Promise<boolean> {
    let repaired = false;
    for (const above of stepsAbove(step, this.#run.steps)) {
      const digests = Object.values(above.outputs).map(({ digest }) => digest);
      const present = await Promise.all(digests.map((digest) => this.#run.lookup.check(digest)));
      if (present.every(Boolean)) continue;
      const repair = this.#repairs.get(above) ?? this.#recompute(above);
      this.#repairs.set(above, repair);
      await repair;
      repaired = true;
    }
    return repaired;
  }

  async #recompute(step: StepState): Promise<void> {
    const { journal, deviceOf } = this.#run;
    const device = deviceOf(step).id;
    step.status = 'running';
    step.reason = { kind: 'evicted' };
    journal.emit({ type: 'step.started', node: step.node.id, device, reason: step.reason });
    this.#log(step, 'A stored output is missing or damaged. Graft computes it again.');
    try {
      const result = await this.execute(step).catch(async (error: unknown) => {
        if (!this.#run.renewal.mends(step, error)) throw error;
        await this.#run.renewal.renew(step);
        return this.execute(step);
      });
      step.outputs = result.outputs;
      step.status = 'succeeded';
      if ('key' in result) return;
      step.device = result.device;
      if (result.items !== undefined) step.items = result.items;
      if (result.memory !== undefined) step.memory = result.memory;
    } catch (error) {
      step.error = GraphError.from(error, { node: step.node.id });
      step.status = step.error.code === 'cancelled' ? 'cancelled' : 'failed';
      throw error;
    } finally {
      journal.emit({ type: 'step.finished', step: summarize(step) });
    }
  }

  #log(step: StepState, message: string): void {
    this.#run.journal.emit({ type: 'step.log', node: step.node.id, level: 'warning', message });
  }
}

function toEvent(
  node: string,
  signal: Exclude<StepSignal, { type: 'waiting' | 'spent' | 'stored-checkpoint' }>,
) {
  switch (signal.type) {
    case 'progress':
      return { ...signal, type: 'step.progress', node } as const;
    case 'log':
      return { ...signal, type: 'step.log', node } as const;
    case 'token':
      return { ...signal, type: 'step.token', node } as const;
    case 'metrics':
      return { ...signal, type: 'step.metrics', node } as const;
    case 'checkpoint':
      return { ...signal, type: 'step.checkpoint', node } as const;
  }
}
