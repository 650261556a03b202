import {
  GraphError,
  type ExperimentEvent,
  type Problem,
  type RunEvent,
  type RunRecord,
  type StepSummary,
  type UnstampedEvent,
} from '@graft/graph';
import type { RunJournal } from './run-journal.ts';

const message = 'The process running this run ended. Run again: Graft reuses the finished results.';
const eventsPerRead = 1_000;

/**
 * Marks as failed the runs whose owner is gone, and closes their event sequence: a `step.finished` for each
 * step that was under way, then `run.finished`. Gives the ids of these runs. Safe to call from several
 * processes at once: each run is closed by the one that takes over its lease.
 */
export async function reconcileRuns(runs: RunJournal): Promise<string[]> {
  const ended: string[] = [];
  for (const run of await runs.unfinished()) {
    await using lease = await runs.takeOver(run);
    if (lease === undefined) continue;
    await close(runs, run);
    ended.push(run.id);
  }
  return ended;
}

/** What the events recorded so far say. */
interface History {
  seq: number;
  at: number;
  readonly types: Map<string, string>;
  readonly underWay: Map<string, { readonly device: string; readonly at: number }>;
  finished: Extract<RunEvent, { type: 'run.finished' }> | undefined;
}

async function close(runs: RunJournal, run: RunRecord): Promise<void> {
  if (run.experiment !== undefined) {
    await closeExperiment(runs, run);
    return;
  }
  const history = await readHistory(runs, run).catch((error: unknown) => {
    if (error instanceof GraphError && error.code === 'store-damaged') return undefined;
    throw error;
  });
  if (history === undefined) {
    // Nothing can be said of its steps, and what is damaged must not keep a workspace from opening.
    await runs.finish(run.id, { status: 'failed', finishedAt: run.startedAt, error: message });
    return;
  }
  if (history.finished !== undefined) {
    // It ended; only its row does not say so yet.
    const { status, at, error } = history.finished;
    await runs.finish(run.id, {
      status,
      finishedAt: at,
      ...(error === undefined ? {} : { error: error.message }),
    });
    return;
  }
  const problem: Problem = {
    code: 'worker-died',
    message,
    location: { file: run.file },
    audience: 'operator',
  };
  const stopped = [...history.underWay].map(([node, { device, at }]): StepSummary => ({
    node,
    type: history.types.get(node) ?? '',
    status: 'failed',
    ms: Math.max(0, history.at - at),
    device,
    outputs: {},
    error: { ...problem, location: { file: run.file, node } },
  }));
  const steps = [...(await runs.steps(run.id)), ...stopped];
  const ends: UnstampedEvent[] = [
    ...stopped.map((step): UnstampedEvent => ({ type: 'step.finished', step })),
    {
      type: 'run.finished',
      status: 'failed',
      outputs: {},
      steps: steps.map(({ parts: _parts, fileMarks: _marks, outputs: _outputs, ...step }) => step),
      error: problem,
      ms: Math.max(0, history.at - run.startedAt),
    },
  ];
  const at = Date.now();
  await runs.append(
    run.id,
    ends.map((event, index): RunEvent => ({
      ...event,
      runId: run.id,
      seq: history.seq + 1 + index,
      at,
    })),
  );
  // The last sign of life, not the moment at which somebody noticed.
  await runs.finish(run.id, { status: 'failed', finishedAt: history.at, error: message });
}

/** Its variants are runs of their own; what they gave is in the cache, for when it is started again. */
async function closeExperiment(runs: RunJournal, run: RunRecord): Promise<void> {
  const last = await lastExperimentEvent(runs, run).catch((error: unknown) => {
    if (error instanceof GraphError && error.code === 'store-damaged') return undefined;
    throw error;
  });
  const finishedAt = last?.at ?? run.startedAt;
  if (last?.type !== 'experiment.finished') {
    await runs.finish(run.id, { status: 'failed', finishedAt, error: message });
    return;
  }
  const { status, error } = last;
  await runs.finish(run.id, {
    ...{ status, finishedAt },
    ...(error === undefined ? {} : { error: error.message }),
  });
}

async function lastExperimentEvent(
  runs: RunJournal,
  run: RunRecord,
): Promise<ExperimentEvent | undefined> {
  let last: ExperimentEvent | undefined;
  for (;;) {
    const events = await runs.experimentEvents(run.id, last?.seq ?? 0, eventsPerRead);
    last = events.at(-1) ?? last;
    if (events.length < eventsPerRead) return last;
  }
}

async function readHistory(runs: RunJournal, run: RunRecord): Promise<History> {
  const history: History = {
    seq: 0,
    at: run.startedAt,
    types: new Map(),
    underWay: new Map(),
    finished: undefined,
  };
  for (;;) {
    const events = await runs.events(run.id, history.seq, eventsPerRead);
    for (const event of events) {
      history.seq = event.seq;
      history.at = event.at;
      if (event.type === 'run.started') {
        for (const { node, type } of event.nodes) history.types.set(node, type);
      } else if (event.type === 'step.started') {
        history.underWay.set(event.node, { device: event.device, at: event.at });
      } else if (event.type === 'step.finished') {
        history.underWay.delete(event.step.node);
      } else if (event.type === 'run.finished') {
        history.finished = event;
      }
    }
    if (events.length < eventsPerRead) return history;
  }
}
