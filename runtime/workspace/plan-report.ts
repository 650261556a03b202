import type { Drift } from './graph-lock.ts';
import type { PlannedStep, PlanReport } from './workspace.ts';

/** What a run would do, in numbers. */
export function planReport(
  nodes: readonly PlannedStep[],
  {
    problems,
    drift,
  }: { readonly problems: PlanReport['problems']; readonly drift: readonly Drift[] },
): PlanReport {
  const reused = nodes.filter(({ verdict }) => verdict === 'hit').length;
  const estimates = nodes.flatMap(({ estimatedMs }) => estimatedMs ?? []);
  return {
    nodes,
    problems,
    reused,
    toRun: nodes.length - reused,
    ...(drift.length === 0 ? {} : { drift }),
    ...(estimates.length === 0 ? {} : { estimatedMs: estimates.reduce((sum, ms) => sum + ms, 0) }),
  };
}
