import { isOver, type RunState } from '../run/run-state.ts';
import type { Turn } from './conversation-store.ts';

/** Whether a step of a run is being worked on; others of the workspace may come before. */
const isAtWork = (run: RunState): boolean =>
  [...run.steps.values()].some(({ status }) => status === 'running');

/**
 * The run to show for the questions: one with a running step, else the one that is queued next, else that of the newest
 * answer. `turns`: newest first.
 */
export function askedRun(turns: readonly Turn[]): RunState | undefined {
  const runs = turns.flatMap(({ answers }) => answers.flatMap(({ run }) => run ?? []));
  const going = runs.filter((run) => run.seq > 0 && !isOver(run));
  return going.find(isAtWork) ?? going.at(-1) ?? runs.find(({ status }) => status === 'succeeded');
}
