import type { RunEvent, StepSummary } from './run-event.ts';
import type { RunRecord, RunStore } from './run-store.ts';

const eventsPerRead = 1_000;

/** What is recorded of a run. */
export interface RunPast {
  /** Number of the last event; 0: none. */
  readonly seq: number;
  /** Time of the last event, or of the start of the run. */
  readonly at: number;
  /** Types of its nodes, by node. Without the nodes of rounds. */
  readonly types: ReadonlyMap<string, string>;
  /** Steps that have started and not finished, by node. */
  readonly underWay: ReadonlyMap<string, { readonly device: string; readonly at: number }>;
  /** The latest finish of each step, by node. */
  readonly steps: ReadonlyMap<string, StepSummary>;
  /** Rounds of loops that have begun: see `roundName`. */
  readonly rounds: ReadonlySet<string>;
  readonly finished: Extract<RunEvent, { type: 'run.finished' }> | undefined;
}

/** Names a round of a loop, or the gathering of its rows. */
export const roundName = ({
  loop,
  round,
}: Pick<Extract<RunEvent, { type: 'run.extended' }>, 'loop' | 'round'>): string =>
  `${loop}#${round === undefined ? 'gathered' : String(round)}`;

/** Reads all events of a run. */
export async function readRunPast(
  runs: Pick<RunStore, 'events'>,
  run: Pick<RunRecord, 'id' | 'startedAt'>,
): Promise<RunPast> {
  let seq = 0;
  let at = run.startedAt;
  let finished: RunPast['finished'];
  const types = new Map<string, string>();
  const underWay = new Map<string, { readonly device: string; readonly at: number }>();
  const steps = new Map<string, StepSummary>();
  const rounds = new Set<string>();
  for (;;) {
    const events = await runs.events(run.id, seq, eventsPerRead);
    for (const event of events) {
      seq = event.seq;
      at = event.at;
      if (event.type === 'run.started') {
        for (const { node, type } of event.nodes) types.set(node, type);
      } else if (event.type === 'run.extended') {
        rounds.add(roundName(event));
      } else if (event.type === 'step.started') {
        underWay.set(event.node, { device: event.device, at: event.at });
      } else if (event.type === 'step.finished') {
        underWay.delete(event.step.node);
        steps.set(event.step.node, event.step);
      } else if (event.type === 'run.finished') {
        finished = event;
      }
    }
    if (events.length < eventsPerRead) {
      return { seq, at, types, underWay, steps, rounds, finished };
    }
  }
}
