import {
  authoredLocation,
  GraphError,
  loopRound,
  plural,
  type ArtifactRef,
  type ArtifactStore,
  type Feed,
  type Plan,
  type UnstampedEvent,
} from '@graft/graph';
import { readRows } from '../rows/index.ts';
import { planEvent, type RunSteps } from './run-steps.ts';
import { artifactOf, isFinished, sourceOf, type LoopStep, type StepState } from './step-state.ts';

export interface LoopParts {
  readonly steps: RunSteps;
  readonly artifacts: ArtifactStore;
  readonly emit: (event: UnstampedEvent) => void;
}

/**
 * Takes loops from round to round. Only this class decides what comes next, for runs and for explained plans alike. It
 * plans a round when the round before has its outputs; the nodes of the round become ordinary steps.
 */
export class LoopRounds {
  readonly #parts: LoopParts;

  constructor(parts: LoopParts) {
    this.#parts = parts;
  }

  /** Advances a loop whose inputs, or the outputs that it waited for, exist. The loop fails if a round cannot be planned. */
  async advance(step: LoopStep): Promise<void> {
    const { steps } = this.#parts;
    try {
      while (!isFinished(step)) {
        const waitsFor = await this.#moveOn(step);
        if (waitsFor === undefined || steps.waitFor(step, waitsFor)) return;
      }
    } catch (error) {
      steps.fail(step, GraphError.from(error, authoredLocation(step.node)));
    }
  }

  /** Takes the next action of a loop. Returns the feeds to wait for; undefined if the loop has ended. */
  async #moveOn(step: LoopStep): Promise<Iterable<Feed> | undefined> {
    const { loop } = step;
    const round = loop.rounds.at(-1);
    if (round === undefined) return this.#begin(step);
    if (loop.gathered !== undefined) {
      this.#end(step, { ...round.outputs, ...loop.gathered.outputs });
      return undefined;
    }
    const goesOn = await this.#goesOn(step);
    // The run was cancelled meanwhile.
    if (isFinished(step)) return undefined;
    if (goesOn) return this.#begin(step);
    this.#progress(step, loop.rounds.length);
    return this.#gather(step);
  }

  /** Whether there is another round; if not, warns about the rows that are left. */
  async #goesOn(step: LoopStep): Promise<boolean> {
    const { plan, rounds } = step.loop;
    const given = this.#stateBefore(step, rounds.length);
    const left = await this.#rowsLeft(step);
    if (left === 0 || isFinished(step)) return false;
    const now = this.#stateBefore(step, rounds.length + 1);
    const changed = plan.state.some((name) => now[name]?.digest !== given[name]?.digest);
    const mayChange = changed || plan.numbered;
    if (mayChange && rounds.length < plan.limit) return true;
    if (left !== undefined) {
      const why = mayChange
        ? `The loop reached its limit of ${plural(plan.limit, 'round')}`
        : `Round ${String(rounds.length)} changed nothing`;
      const message = `${why}: ${plural(left, 'row')} of "${plan.while ?? ''}" ${left === 1 ? 'is' : 'are'} left.`;
      this.#parts.emit({ type: 'step.log', node: step.node.id, level: 'warning', message });
    }
    return false;
  }

  /** Rows of the state that `while` names; undefined without `while`. */
  async #rowsLeft(step: LoopStep): Promise<number | undefined> {
    const { plan, rounds } = step.loop;
    const name = plan.while;
    if (name === undefined) return undefined;
    const ref = this.#stateBefore(step, rounds.length + 1)[name];
    const type = step.node.definition.outputs[name]?.type;
    if (ref === undefined || type === undefined) return 0;
    if (ref.count !== undefined) return ref.count;
    let rows = 0;
    for await (const _row of readRows(this.#parts.artifacts, ref, type)) rows += 1;
    return rows;
  }

  /** The state before a round, by name. */
  #stateBefore(step: LoopStep, round: number): Readonly<Record<string, ArtifactRef | undefined>> {
    const { states } = this.#parts.steps;
    const fed = this.#fed(step, round);
    return Object.fromEntries(
      step.loop.plan.state.map((name) => {
        const [feed] = fed[name] ?? [];
        return [name, feed === undefined ? undefined : artifactOf(feed, states)];
      }),
    );
  }

  /** The feeds of a round, by input. From the second round on, the state comes from the round before. */
  #fed({ node, loop }: LoopStep, round: number): Readonly<Record<string, readonly Feed[]>> {
    const before = loop.rounds[round - 2];
    if (before === undefined) return node.inputs;
    const state = loop.plan.state.map((name): [string, readonly Feed[]] => {
      const feed = before.outputs[name];
      return [name, feed === undefined ? [] : [feed]];
    });
    return { ...node.inputs, ...Object.fromEntries(state) };
  }

  #begin(step: LoopStep): Iterable<Feed> {
    const { id } = step.node;
    const { plan, rounds } = step.loop;
    const round = rounds.length + 1;
    const { nodes, outputs, aliases } = loopRound(plan, {
      ...{ id, round },
      fed: this.#fed(step, round),
    });
    step.status = 'running';
    const steps = this.#add(step, { nodes, aliases }, round);
    this.#progress(step, rounds.length, `round ${String(round)}`);
    rounds.push({ steps, outputs });
    return Object.values(outputs);
  }

  /** Gathers the collected outputs of all rounds. */
  #gather(step: LoopStep): Iterable<Feed> {
    const { plan, rounds } = step.loop;
    const { id } = step.node;
    const nodes = Object.entries(plan.gather).map(([name, node]) => ({
      ...node,
      id: `${id}${node.id.slice(plan.path.length)}`,
      inputs: { rows: rounds.flatMap(({ outputs }) => outputs[name] ?? []) },
    }));
    const names = Object.keys(plan.gather);
    const outputs = Object.fromEntries(
      nodes.map((node, i) => [names[i] ?? '', { node: node.id, port: 'rows' }]),
    );
    const steps = nodes.length === 0 ? [] : this.#add(step, { nodes });
    step.loop.gathered = { steps, outputs };
    return Object.values(outputs);
  }

  #add(step: LoopStep, plan: Plan, round?: number): readonly StepState[] {
    this.#parts.emit({
      type: 'run.extended',
      loop: step.node.id,
      ...(round === undefined ? {} : { round }),
      limit: step.loop.plan.limit,
      ...planEvent(plan),
    });
    return this.#parts.steps.add(plan, { sources: step.loop.sources });
  }

  #end(step: LoopStep, gives: Readonly<Record<string, Feed>>): void {
    const { states } = this.#parts.steps;
    step.loop.gives = Object.fromEntries(
      Object.entries(gives).map(([name, feed]) => {
        const { step: source, port } = sourceOf(feed, states);
        return [name, source === undefined ? feed : { node: source.node.id, port }];
      }),
    );
    step.outputs = Object.fromEntries(
      Object.entries(gives).flatMap(([name, feed]) => {
        const ref = artifactOf(feed, states);
        return ref === undefined ? [] : [[name, ref]];
      }),
    );
    const { rounds, gathered } = step.loop;
    const ran = [...rounds.flatMap((round) => round.steps), ...(gathered?.steps ?? [])];
    step.ms = ran.reduce((sum, { ms }) => sum + ms, 0);
    const reused = ran.every(({ status }) => status === 'cached');
    this.#parts.steps.close(step, reused ? 'cached' : 'succeeded');
  }

  #progress({ node, loop }: LoopStep, done: number, message?: string): void {
    this.#parts.emit({
      type: 'step.progress',
      node: node.id,
      ...{ done, total: loop.plan.limit, unit: 'rounds' },
      ...(message === undefined ? {} : { message }),
    });
  }
}
