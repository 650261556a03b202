import {
  GraphError,
  noFile,
  type ExperimentEvent,
  type RunEvent,
  type RunNotes,
  type RunQuery,
  type RunRecord,
  type RunScore,
  type RunStatus,
  type StepSummary,
} from '@graft/graph';
import { gatherToken, nodesWithOutputs, type TokenEvent } from '../../gather-tokens.ts';
import { unknownRun, type RetentionPolicy, type RunJournal } from '../../run-journal.ts';

interface Held {
  run: RunRecord;
  events: RunEvent[];
  readonly experimentEvents: ExperimentEvent[];
  readonly steps: Map<string, StepSummary>;
}

interface LastStep {
  readonly at: number;
  readonly step: StepSummary;
  readonly runId: string;
}

/** Runs in memory, for tests. */
export class MemoryRunStore implements RunJournal {
  readonly #runs = new Map<string, Held>();
  readonly #lastSteps = new Map<string, Map<string, LastStep>>();

  async create(run: RunRecord): Promise<void> {
    if (this.#runs.has(run.id)) {
      throw new GraphError('internal', `Run ${run.id} exists already.`, { audience: 'developer' });
    }
    this.#runs.set(run.id, {
      run: { ...run },
      events: [],
      experimentEvents: [],
      steps: new Map(),
    });
  }

  async finish(
    id: string,
    end: { status: RunStatus; finishedAt: number; error?: string },
  ): Promise<void> {
    const held = this.#runs.get(id);
    if (held === undefined) throw unknownRun(id);
    const { error: _error, ...run } = held.run;
    held.run = { ...run, ...end };
    gatherTokens(held);
  }

  async askToCancel(id: string): Promise<boolean> {
    const held = this.#runs.get(id);
    if (held === undefined || !isUnfinished(held.run)) return false;
    held.run = { ...held.run, cancelAt: Date.now() };
    return true;
  }

  async unfinishedOf(owner: string): Promise<RunRecord[]> {
    return (await this.unfinished()).filter((run) => run.owner === owner);
  }

  async get(id: string): Promise<RunRecord | undefined> {
    return this.#runs.get(id)?.run;
  }

  async list(query: RunQuery): Promise<RunRecord[]> {
    return this.#newest(query)
      .filter(({ file }) => query.file !== undefined || file !== noFile)
      .slice(0, query.limit);
  }

  #newest(query: Omit<RunQuery, 'limit'>): RunRecord[] {
    return [...this.#runs.values()]
      .map(({ run }) => run)
      .filter((run) => query.file === undefined || run.file === query.file)
      .filter((run) => query.parent === undefined || (run.parent ?? null) === query.parent)
      .filter(({ experiment }) => {
        const kind = experiment === undefined ? 'graph' : 'experiment';
        return query.kind === undefined || query.kind === kind;
      })
      .sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1));
  }

  async unfinished(): Promise<RunRecord[]> {
    return [...this.#runs.values()]
      .map(({ run }) => run)
      .filter(isUnfinished)
      .sort((a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1));
  }

  async renameFile(from: string, to: string): Promise<void> {
    for (const held of this.#runs.values()) {
      if (held.run.file === from) held.run = { ...held.run, file: to };
    }
    const steps = this.#lastSteps.get(from);
    this.#lastSteps.delete(from);
    this.#lastSteps.delete(to);
    if (steps !== undefined) this.#lastSteps.set(to, steps);
  }

  async append(runId: string, events: readonly RunEvent[]): Promise<void> {
    if (events.length === 0) return;
    const held = this.#runs.get(runId);
    if (held === undefined) {
      throw new GraphError('internal', `There is no run ${runId} to record events of.`, {
        audience: 'developer',
      });
    }
    const taken = new Set(held.events.map((event) => event.seq));
    for (const { seq } of events) {
      if (taken.has(seq)) {
        throw new GraphError('internal', `Run ${runId} has an event ${seq} already.`, {
          audience: 'developer',
        });
      }
      taken.add(seq);
    }
    for (const event of structuredClone(events)) {
      held.events.push(event);
      if (event.type === 'step.finished') this.#record(held, event);
    }
    held.events.sort((a, b) => a.seq - b.seq);
  }

  async events(runId: string, after: number, limit: number): Promise<RunEvent[]> {
    const events = this.#runs.get(runId)?.events ?? [];
    return structuredClone(events.filter((event) => event.seq > after).slice(0, limit));
  }

  async steps(runId: string): Promise<StepSummary[]> {
    return structuredClone([...(this.#runs.get(runId)?.steps.values() ?? [])]);
  }

  async appendExperiment(runId: string, events: readonly ExperimentEvent[]): Promise<void> {
    const held = this.#runs.get(runId);
    const taken = new Set(held?.experimentEvents.map(({ seq }) => seq));
    if (held === undefined || events.some(({ seq }) => taken.has(seq))) {
      throw new GraphError('internal', `Run ${runId} takes no such event.`, {
        audience: 'developer',
      });
    }
    held.experimentEvents.push(...structuredClone(events));
  }

  async experimentEvents(runId: string, after: number, limit: number): Promise<ExperimentEvent[]> {
    const events = this.#runs.get(runId)?.experimentEvents ?? [];
    return structuredClone(events.filter(({ seq }) => seq > after).slice(0, limit));
  }

  async lastSteps(file: string, scope?: string): Promise<Map<string, StepSummary>> {
    const last = this.#lastSteps.get(file) ?? new Map<string, { step: StepSummary }>();
    const runs = scope === undefined ? [] : await this.list({ file, limit: Infinity });
    const run = runs.find((known) => known.scope === scope && !isUnfinished(known));
    const scoped = run === undefined ? [] : await this.steps(run.id);
    return new Map([
      ...[...last].map(([node, { step }]) => [node, structuredClone(step)] as const),
      ...scoped.flatMap((step) =>
        step.cacheKey === undefined ? [] : [[step.node, step] as const],
      ),
    ]);
  }

  async pinned(): Promise<Set<string>> {
    const digests = new Set<string>();
    for (const { run, steps } of this.#runs.values()) {
      const parent = run.parent === undefined ? undefined : this.#runs.get(run.parent)?.run;
      const isOfUnfinished = parent !== undefined && isUnfinished(parent);
      if (!isUnfinished(run) && !(run.status === 'succeeded' && isOfUnfinished)) continue;
      for (const step of steps.values()) {
        for (const output of Object.values(step.outputs)) digests.add(output.digest);
      }
    }
    return digests;
  }

  async origins(): Promise<Set<string>> {
    return new Set(
      [...this.#runs.values()].flatMap(({ run: { graph, graphs = {}, settings, options } }) => [
        ...[graph, settings, options].filter((digest) => digest !== undefined),
        ...Object.values(graphs),
      ]),
    );
  }

  async takeOver(): Promise<undefined> {
    // The owners of runs in memory live as long as these.
  }

  async adopt(): Promise<void> {
    // Nothing is taken over here.
  }

  async pin(id: string, pinned: boolean): Promise<boolean> {
    const held = this.#runs.get(id);
    if (held === undefined) return false;
    const { pinnedAt: _pinnedAt, ...run } = held.run;
    held.run = pinned ? { ...run, pinnedAt: Date.now() } : run;
    return true;
  }

  async annotate(id: string, { note, tags }: RunNotes): Promise<boolean> {
    const held = this.#runs.get(id);
    if (held === undefined) return false;
    const { note: _note, tags: _tags, ...run } = held.run;
    held.run = {
      ...run,
      ...(note === '' ? {} : { note }),
      ...(tags.length === 0 ? {} : { tags: [...tags] }),
    };
    return true;
  }

  async recordScores(id: string, scores: readonly RunScore[]): Promise<boolean> {
    const held = this.#runs.get(id);
    if (held === undefined) return false;
    held.run = { ...held.run, scores: structuredClone(scores) };
    return true;
  }

  async prune({ keep, startedBefore = Infinity }: RetentionPolicy): Promise<string[]> {
    const shown = new Set(
      [...this.#lastSteps.values()].flatMap((nodes) =>
        [...nodes.values()].map(({ runId }) => runId),
      ),
    );
    const holding = new Set(
      [...this.#runs.values()].flatMap(({ run }) => (isKept(run) ? (run.parent ?? []) : [])),
    );
    const newest = this.#newest({ parent: null });
    const listed = newest.filter(({ file }) => file !== noFile).slice(keep);
    const unlisted = newest.filter(({ file }) => file === noFile).slice(keep);
    const old = [...listed, ...unlisted].filter(
      (run) =>
        run.startedAt < startedBefore &&
        !isKept(run) &&
        !shown.has(run.id) &&
        !holding.has(run.id) &&
        !isUnfinished(run),
    );
    for (const { run } of [...this.#runs.values()]) {
      if (old.some(({ id }) => id === run.parent)) this.#runs.delete(run.id);
    }
    return old.flatMap(({ id }) => (this.#runs.delete(id) ? id : []));
  }

  #record(held: Held, event: Extract<RunEvent, { type: 'step.finished' }>): void {
    const { step, at } = event;
    held.steps.delete(step.node);
    held.steps.set(step.node, step);
    if (step.cacheKey === undefined || held.run.scope !== undefined) return;
    const last = this.#lastSteps.get(held.run.file) ?? new Map<string, LastStep>();
    this.#lastSteps.set(held.run.file, last);
    if (at >= (last.get(step.node)?.at ?? -Infinity))
      last.set(step.node, { at, step, runId: held.run.id });
  }
}

/** Whether a person has marked a run. */
function isKept({ pinnedAt, note, tags }: RunRecord): boolean {
  return pinnedAt !== undefined || note !== undefined || tags !== undefined;
}

function isUnfinished(run: RunRecord): boolean {
  return run.status === 'queued' || run.status === 'running';
}

function gatherTokens(held: Held): void {
  const done = nodesWithOutputs([...held.steps.values()]);
  const gathered = new Map<string, TokenEvent>();
  for (const event of held.events) {
    if (event.type === 'step.token' && !done.has(event.node)) gatherToken(gathered, event);
  }
  const others = held.events.filter(({ type }) => type !== 'step.token');
  held.events = [...others, ...gathered.values()].sort((a, b) => a.seq - b.seq);
}
