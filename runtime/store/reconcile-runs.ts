import {
  GraphError,
  readRunPast,
  type ExperimentEvent,
  type Problem,
  type RunEvent,
  type RunRecord,
  type RunStatus,
  type StepSummary,
  type UnstampedEvent,
} from '@graft/graph';
import type { RunJournal } from './run-journal.ts';

/** Processes that may end while they have a run, before it fails: it may be what ends them. */
const mostOwners = 3;
const eventsPerRead = 1_000;

const gone = 'The process running this run ended. Run again: Graft reuses the finished results.';
const goneAgain = `${String(mostOwners)} processes ended while they ran this run, so Graft gave it up. Look at their logs: the run may need more memory than they have. Then run again: Graft reuses the finished results.`;

/** Continues a run that this process has taken over, and lets the lease go if it cannot. Must not wait for the run. */
export type ContinueRun = (run: RunRecord, lease: AsyncDisposable) => void;

/**
 * Closes the runs whose owner is gone: a `step.finished` for each step that was under way, then `run.finished`. Such a run
 * has failed, or was cancelled if somebody had asked for that. Those that another process may continue are handed to
 * `continueRun`; without it, they are left to a process that does. Gives the ids of the closed runs. Safe to call from
 * several processes at once: each run belongs to the one that takes over its lease.
 */
export async function reconcileRuns(
  runs: RunJournal,
  continueRun?: ContinueRun,
): Promise<string[]> {
  const ended: string[] = [];
  for (const run of await runs.unfinished()) {
    const goesOn = mayGoOn(run);
    if (goesOn && continueRun === undefined) continue;
    const lease = await runs.takeOver(run);
    if (lease === undefined) continue;
    if (goesOn) {
      continueRun?.(run, lease);
      continue;
    }
    await using _lease = lease;
    await closeRun(runs, run);
    ended.push(run.id);
  }
  return ended;
}

const mayGoOn = ({ options, cancelAt, takeovers = 0 }: RunRecord): boolean =>
  options !== undefined && cancelAt === undefined && takeovers + 1 < mostOwners;

/** How a run ended whose process is gone; `error` is absent if somebody cancelled it. */
function endOf(
  { file, options, cancelAt }: RunRecord,
  problem: Problem | undefined,
): { readonly status: RunStatus; readonly error?: Problem } {
  if (problem !== undefined) return { status: 'failed', error: problem };
  if (options !== undefined && cancelAt !== undefined) return { status: 'cancelled' };
  const message = options === undefined ? gone : goneAgain;
  const error: Problem = {
    ...{ code: 'worker-died', message, location: { file }, audience: 'operator' },
  };
  return { status: 'failed', error };
}

/** Ends a run of a process that is gone; `problem`: why this one cannot continue it. Its lease must be this process's. */
export async function closeRun(runs: RunJournal, run: RunRecord, problem?: Problem): Promise<void> {
  if (run.experiment !== undefined) {
    await closeExperiment(runs, run);
    return;
  }
  const { status, error } = endOf(run, problem);
  const ended = { status, ...(error === undefined ? {} : { error: error.message }) };
  const past = await readRunPast(runs, run).catch((error: unknown) => {
    if (error instanceof GraphError && error.code === 'store-damaged') return undefined;
    throw error;
  });
  if (past === undefined) {
    // Nothing can be said of its steps, and what is damaged must not keep a workspace from opening.
    await runs.finish(run.id, { ...ended, finishedAt: run.startedAt });
    return;
  }
  if (past.finished !== undefined) {
    // It ended; only its row does not say so yet.
    const { status, at, error } = past.finished;
    await runs.finish(run.id, {
      status,
      finishedAt: at,
      ...(error === undefined ? {} : { error: error.message }),
    });
    return;
  }
  const stopped = [...past.underWay].map(([node, { device, at }]): StepSummary => ({
    node,
    type: past.types.get(node) ?? '',
    status: status === 'cancelled' ? 'cancelled' : 'failed',
    ms: Math.max(0, past.at - at),
    device,
    outputs: {},
    ...(error === undefined ? {} : { error: { ...error, location: { file: run.file, node } } }),
  }));
  const steps = [...(await runs.steps(run.id)), ...stopped];
  const ends: UnstampedEvent[] = [
    ...stopped.map((step): UnstampedEvent => ({ type: 'step.finished', step })),
    {
      type: 'run.finished',
      status,
      outputs: {},
      steps: steps.map(({ parts: _parts, fileMarks: _marks, outputs: _outputs, ...step }) => step),
      ...(error === undefined ? {} : { error }),
      ms: Math.max(0, past.at - run.startedAt),
    },
  ];
  const at = Date.now();
  await runs.append(
    run.id,
    ends.map((event, index): RunEvent => ({
      ...event,
      runId: run.id,
      seq: past.seq + 1 + index,
      at,
    })),
  );
  // The last sign of life, not the moment at which somebody noticed.
  await runs.finish(run.id, { ...ended, finishedAt: past.at });
}

/** Its variants are runs of their own; what they gave is in the cache, for when it is started again. */
async function closeExperiment(runs: RunJournal, run: RunRecord): Promise<void> {
  const last = await lastExperimentEvent(runs, run).catch((error: unknown) => {
    if (error instanceof GraphError && error.code === 'store-damaged') return undefined;
    throw error;
  });
  const finishedAt = last?.at ?? run.startedAt;
  if (last?.type !== 'experiment.finished') {
    await runs.finish(run.id, { status: 'failed', finishedAt, error: gone });
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
