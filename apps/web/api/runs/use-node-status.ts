import { useStore } from 'zustand';
import type { GraphNode, NodeFacts, NodeType } from '@graft/graph';
import { useState } from 'react';
import {
  isAskedResult,
  keptNow,
  nodeFacts,
  ownStep,
  runView,
  stepAtWork,
  stepIn,
  type StepView,
} from '@graft/view';
import { useOutdated } from './use-outdated.ts';
import { plannedParts } from './plan-report.ts';
import { usePlan } from './plan-store.ts';
import { askedStatus, keptStatus, stepStatus, type Status } from './node-status.ts';

/** The facts, or the last valid ones: a node keeps its height while a value is typed. */
export function useFacts(
  node: GraphNode | undefined,
  look: NodeType | undefined,
  params: unknown,
): NodeFacts {
  const [kept, keep] = useState<{
    look: NodeType | undefined;
    params: unknown;
    facts: NodeFacts;
  }>({ look, params: null, facts: [] });
  // A used graph may arrive after the node that uses it, and changes the valid parameters.
  if (kept.params === params && kept.look === look) return kept.facts;
  const facts = nodeFacts(node, params) ?? kept.facts;
  keep({ look, params, facts });
  return facts;
}

/** The chip: the status of the last run, or what the next run would do if that differs. */
export function useStatus(path: string, step: StepView | undefined): Status | undefined {
  const runs = usePlan(({ report, passed }) => {
    return (
      report !== null &&
      !passed &&
      plannedParts(report.nodes, path).some(({ verdict }) => verdict !== 'hit')
    );
  });
  const over = useStore(
    runView,
    ({ run }) => run === null || (run.status !== 'running' && run.status !== 'queued'),
  );
  const own = useStore(
    runView,
    (state) => stepIn(state.run, path) !== undefined && ownStep(keptNow(state), path) === undefined,
  );
  const past = useStore(runView, (state) => state.past);
  const atWork = useStore(
    runView,
    (state) => step !== undefined && stepAtWork(state, path) === step,
  );
  // Of a graph that was changed since, the plan says what comes next.
  const asked = useStore(
    runView,
    (state) => step !== undefined && state.asked?.isDrawn === true && isAskedResult(state, path),
  );
  const outdated = useOutdated(step?.error, path);
  const status = own || step === undefined ? stepStatus(step) : keptStatus;
  if (atWork) return stepStatus(step);
  if (past) return status;
  if (outdated) return { label: 'will run', tone: 'planned' };
  if (asked) return askedStatus;
  if (!over || !runs || status?.tone === 'bad') return status;
  if (status === undefined) return undefined;
  return { label: 'will run', tone: 'planned' };
}
