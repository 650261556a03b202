import {
  GraphError,
  roundName,
  type RunPast,
  type StepSummary,
  type UnstampedEvent,
} from '@graft/graph';
import type { ActionLookup } from './action-lookup.ts';
import type { RunSteps } from './run-steps.ts';
import type { StepState } from './step-state.ts';

/** The message at steps that were under way when the process of their run ended. */
const continued = 'The process that ran this run ended. Another one continues it.';

/**
 * The steps that another process finished before this one continues its run. They keep what is recorded of them, so that
 * the run ends as if one process had run it.
 */
export class RestoredSteps {
  readonly #past: RunPast;
  readonly #restored = new Set<StepState>();

  constructor(past: RunPast) {
    this.#past = past;
  }

  /** Looks up which results are still there. Returns what to tell of the steps that were under way. */
  async open(lookup: ActionLookup): Promise<readonly UnstampedEvent[]> {
    const { steps, underWay } = this.#past;
    const summaries = [...steps.values()];
    await lookup.look(summaries.flatMap((step) => Object.values(step.outputs)));
    return [...underWay.keys()].map((node) => ({
      ...{ type: 'step.log', node, level: 'warning', message: continued },
    }));
  }

  /** Ends a step with a key as it ended before; false if it must be looked up. */
  restore(step: StepState, steps: RunSteps, lookup: ActionLookup): boolean {
    const before = this.#past.steps.get(step.node.id);
    if (before === undefined || before.cacheKey !== step.key?.value) return false;
    if (before.status === 'failed' && before.error !== undefined) {
      this.#take(step, before);
      steps.fail(step, GraphError.fromRecorded(before.error));
      return true;
    }
    if (before.status !== 'succeeded' && before.status !== 'cached') return false;
    if (!lookup.hasAll(before.outputs)) return false;
    this.#take(step, before);
    steps.close(step, before.status);
    return true;
  }

  /** Whether an event says what is recorded already. */
  isRecorded(event: UnstampedEvent): boolean {
    return event.type === 'run.extended' && this.#past.rounds.has(roundName(event));
  }

  has(step: StepState): boolean {
    return this.#restored.has(step);
  }

  #take(step: StepState, before: StepSummary): void {
    this.#restored.add(step);
    step.outputs = before.outputs;
    step.ms = before.ms;
    const { reason, items, device, memory, remote, madeAt, from, checkpoints } = before;
    if (reason !== undefined) step.reason = reason;
    if (items !== undefined) step.items = items;
    if (device !== undefined) step.device = device;
    if (memory !== undefined) step.memory = memory;
    if (remote !== undefined) step.remote = remote;
    if (madeAt !== undefined) step.madeAt = madeAt;
    if (from !== undefined) step.from = from;
    if (checkpoints !== undefined) step.checkpoints = checkpoints;
  }
}
