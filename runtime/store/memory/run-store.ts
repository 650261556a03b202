import {
  GraphError,
  type RunEvent,
  type RunRecord,
  type RunStatus,
  type StepSummary,
} from '@graft/graph';
import { unknownRun, type RunJournal } from '../run-journal.ts';

interface Held {
  run: RunRecord;
  readonly events: RunEvent[];
  readonly steps: Map<string, StepSummary>;
}

/** Runs in memory, for tests. */
export class MemoryRunStore implements RunJournal {
  readonly #runs = new Map<string, Held>();
  readonly #lastSteps = new Map<string, Map<string, { at: number; step: StepSummary }>>();

  async create(run: RunRecord): Promise<void> {
    if (this.#runs.has(run.id)) {
      throw new GraphError('internal', `Run ${run.id} exists already.`, { audience: 'developer' });
    }
    this.#runs.set(run.id, { run: { ...run }, events: [], steps: new Map() });
  }

  async finish(
    id: string,
    end: { status: RunStatus; finishedAt: number; error?: string },
  ): Promise<void> {
    const held = this.#runs.get(id);
    if (held === undefined) throw unknownRun(id);
    const { error: _error, ...run } = held.run;
    held.run = { ...run, ...end };
  }

  async get(id: string): Promise<RunRecord | undefined> {
    return this.#runs.get(id)?.run;
  }

  async list(query: { file?: string; limit: number }): Promise<RunRecord[]> {
    return [...this.#runs.values()]
      .map(({ run }) => run)
      .filter((run) => query.file === undefined || run.file === query.file)
      .sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1))
      .slice(0, query.limit);
  }

  async unfinished(): Promise<RunRecord[]> {
    return [...this.#runs.values()]
      .map(({ run }) => run)
      .filter((run) => run.status === 'queued' || run.status === 'running')
      .sort((a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1));
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

  async lastSteps(file: string): Promise<Map<string, StepSummary>> {
    const last = this.#lastSteps.get(file) ?? new Map<string, { step: StepSummary }>();
    return new Map([...last].map(([node, { step }]) => [node, structuredClone(step)]));
  }

  async pinned(): Promise<Set<string>> {
    const digests = new Set<string>();
    for (const { run, steps } of this.#runs.values()) {
      if (run.status !== 'queued' && run.status !== 'running') continue;
      for (const step of steps.values()) {
        for (const output of Object.values(step.outputs)) digests.add(output.digest);
      }
    }
    return digests;
  }

  #record(held: Held, event: Extract<RunEvent, { type: 'step.finished' }>): void {
    const { step, at } = event;
    held.steps.delete(step.node);
    held.steps.set(step.node, step);
    if (step.cacheKey === undefined) return;
    const last =
      this.#lastSteps.get(held.run.file) ?? new Map<string, { at: number; step: StepSummary }>();
    this.#lastSteps.set(held.run.file, last);
    if (at >= (last.get(step.node)?.at ?? -Infinity)) last.set(step.node, { at, step });
  }
}
