import type { PlanReport } from '../client.ts';
import { count, duration } from '@graft/nodes/kit/ui';
import { type RunState, stepsDone } from '@graft/view';

/** `3 of 11 done`: how far a run is. Nothing where it has no steps yet. */
export function runLine(run: Pick<RunState, 'steps'>): string {
  const { done, all } = stepsDone(run);
  return all === 0 ? '' : `${count(done)} of ${count(all)} done`;
}

/** Milliseconds below which a run is not worth an estimate. */
const worthSaying = 500;

/** `5 reused · 3 will run · 40 s last time`; `over` where the time of some node is not known yet. */
export function planLine(
  report: Pick<PlanReport, 'nodes' | 'reused' | 'toRun' | 'estimatedMs'>,
): string {
  const { nodes, reused, toRun, estimatedMs } = report;
  if (toRun === 0) return 'all reused';
  const known = nodes.every(
    ({ verdict, estimatedMs: ms }) => verdict === 'hit' || ms !== undefined,
  );
  const parts = [
    reused === 0 ? undefined : `${reused} reused`,
    `${toRun} will run`,
    estimatedMs === undefined || estimatedMs < worthSaying
      ? undefined
      : known
        ? `${duration(estimatedMs)} last time`
        : `over ${duration(estimatedMs)}`,
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}
