import { authoredLocation, GraphError, type Feed, type Plan, type StepStatus } from '@graft/graph';
import {
  addSteps,
  hasOutputs,
  isFinished,
  isLoop,
  sourceOf,
  stepsAbove,
  type LoopStep,
  type StepInputs,
  type StepState,
} from './step-state.ts';

/**
 * The steps of one run: which are ready to be looked up, and what the end of a step means for those below. Steps can be
 * added while others run, also below steps that finished long ago.
 */
export class RunSteps {
  /** By node, in the order of adding. */
  readonly states = new Map<string, StepState>();
  #ready: StepState[] = [];
  #unfinished = 0;
  readonly #ended: (step: StepState) => void;

  /** Calls `ended` once for each step, as soon as its status is final. */
  constructor(ended: (step: StepState) => void) {
    this.#ended = ended;
  }

  /** Adds and returns the steps of a plan. */
  add(plan: Plan, inputs: StepInputs): readonly StepState[] {
    const added = addSteps(this.states, plan, inputs);
    this.#unfinished += added.filter((step) => !isFinished(step)).length;
    for (const step of added) {
      if (isFinished(step)) {
        this.#ended(step);
        continue;
      }
      const above = [...stepsAbove(step, this.states)];
      // The order is topological, so steps above an added step have been skipped before it.
      const gone = above.find((source) => isFinished(source) && !hasOutputs(source));
      if (gone !== undefined) this.#skip(step, gone);
      else if (step.waiting === 0) this.#ready.push(step);
    }
    return added;
  }

  /**
   * Makes a loop wait for outputs of its rounds, and ready again once all exist. Returns false if they exist now. The loop
   * fails if an output will never exist.
   */
  waitFor(step: StepState, feeds: Iterable<Feed>): boolean {
    const above = new Set([...feeds].flatMap((feed) => sourceOf(feed, this.states).step ?? []));
    for (const source of above) {
      if (hasOutputs(source)) continue;
      if (isFinished(source)) {
        this.#skip(step, source);
        return true;
      }
      source.dependents.push(step);
      step.waiting += 1;
    }
    return step.waiting > 0;
  }

  get unfinished(): number {
    return this.#unfinished;
  }

  get anyReady(): boolean {
    return this.#ready.length > 0;
  }

  /** Steps whose inputs became known after the last call. */
  takeReady(): StepState[] {
    return this.#ready.splice(0);
  }

  /** Looks up an unfinished step again, by a new key. */
  again(step: StepState): void {
    step.status = 'queued';
    this.#ready.push(step);
  }

  /** Ends a step, and makes steps ready that waited only for it. */
  close(step: StepState, status: StepStatus): void {
    step.status = status;
    this.#unfinished -= 1;
    this.#ended(step);
    if (!hasOutputs(step)) return;
    for (const next of step.dependents) {
      next.waiting -= 1;
      if (next.waiting === 0 && !isFinished(next)) this.#ready.push(next);
    }
  }

  /** Ends a step as failed, and all steps that need it. */
  fail(step: StepState, error: GraphError): void {
    step.error = error;
    this.close(step, 'failed');
    const below = [...step.dependents];
    for (let next = below.pop(); next !== undefined; next = below.pop()) {
      if (isFinished(next)) continue;
      this.#skip(next, step);
      // One by one: the stack may not hold all of them as arguments.
      if (next.status === 'skipped') for (const dependent of next.dependents) below.push(dependent);
    }
  }

  /** Skips a step whose inputs can no longer exist. A loop that has begun its rounds fails instead. */
  #skip(step: StepState, above: StepState): void {
    const failed = above.failedBy ?? above;
    if (isLoop(step) && step.loop.rounds.length > 0) {
      this.fail(step, roundError(step, failed));
      return;
    }
    step.failedBy = failed;
    this.close(step, 'skipped');
  }

  /** Cancels all unfinished steps. */
  cancelRest(): void {
    for (const step of this.states.values()) {
      if (!isFinished(step)) this.close(step, 'cancelled');
    }
  }
}

/** The error of a loop: the one of the step that failed in its round. */
function roundError({ node, loop }: LoopStep, failed: StepState): GraphError {
  const { code = 'internal', message = 'It failed.', audience = 'user' } = failed.error ?? {};
  const round = loop.rounds.length;
  const where = failed.node.id.startsWith(`${node.id}#collect/`)
    ? 'Its collected outputs could not be gathered'
    : `Round ${String(round)} failed at "${failed.node.id.slice(`${node.id}#${String(round)}/`.length)}"`;
  return new GraphError(code, `${where}: ${message}`, {
    location: authoredLocation(node),
    audience,
  });
}

/** A plan as `run.started` and `run.extended` describe it. */
export function planEvent({ nodes, aliases }: Plan): {
  readonly nodes: { node: string; type: string }[];
  readonly aliases?: Record<string, string[]>;
} {
  const steps = nodes.map(({ id, definition }) => ({ node: id, type: definition.type }));
  if (aliases === undefined) return { nodes: steps };
  const copied = Object.entries(aliases).map(([port, feeds]) => [port, [...feeds]]);
  return { nodes: steps, aliases: Object.fromEntries(copied) };
}
