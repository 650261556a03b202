import { count, plural } from '@graft/nodes/kit/ui';
import {
  byNode,
  checks,
  documentStore,
  isIncomplete,
  joinProblems,
  usedGraphs,
  whileComing,
  type ProblemCount,
  type ShownProblem,
} from '@graft/view';
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { usePlan } from '../runs/plan-store.ts';

/** Everything that keeps the open graph from running. */
export function useProblems(): readonly ShownProblem[] {
  const here = useStore(checks, (state) => state.problems);
  const server = usePlan((state) => state.problems);
  return useJoined(here, server);
}

/** The problems that the page and the server found. A missing model that is being downloaded says so instead. */
function useJoined(
  here: readonly ShownProblem[],
  server: readonly ShownProblem[],
): readonly ShownProblem[] {
  const coming = usePlan((state) => state.coming);
  const isNone = coming.size === 0 || (here.length === 0 && server.length === 0);
  const graph = useStore(documentStore, (state) => (isNone ? undefined : state.graph));
  return useMemo(() => {
    const all = joinProblems(here, server);
    return graph === undefined ? all : whileComing(all, graph, coming);
  }, [here, server, graph, coming]);
}

const none: readonly ShownProblem[] = [];

/** The problems of a shown node, or of the graph that it uses. */
export function useProblemsAt(node: string): readonly ShownProblem[] {
  useStore(documentStore, (state) => state.trail);
  useStore(usedGraphs, (state) => state.lookup);
  const here = useStore(checks, (state) => byNode(state.problems).get(node)) ?? none;
  const server = usePlan((state) => byNode(state.problems).get(node)) ?? none;
  return useJoined(here, server);
}

/** What is worth a look in the open graph, although it runs. */
export function useGraphWarnings(): readonly ShownProblem[] {
  return usePlan((state) => state.report?.warnings) ?? none;
}

/** The same of a shown node, or of the graph that it uses. */
export function useWarningsAt(node: string): readonly ShownProblem[] {
  useStore(documentStore, (state) => state.trail);
  useStore(usedGraphs, (state) => state.lookup);
  return usePlan((state) => byNode(state.report?.warnings ?? none).get(node)) ?? none;
}

/** The first problem of a node: errors before missing values. */
export function useProblemAt(
  node: string,
): { readonly problem: ShownProblem; readonly incomplete: boolean } | undefined {
  const all = useProblemsAt(node);
  const graph = useStore(documentStore, (state) => (all.length === 0 ? undefined : state.graph));
  if (graph === undefined) return undefined;
  const problem = all.find((candidate) => !isIncomplete(candidate, graph)) ?? all[0];
  return problem && { problem, incomplete: isIncomplete(problem, graph) };
}

/** `2 problems · 1 to fill in · 1 model downloading` */
export function countText({ broken, incomplete, coming }: ProblemCount): string {
  return [
    ...(broken > 0 ? [plural(broken, 'problem')] : []),
    ...(incomplete > 0 ? [`${count(incomplete)} to fill in`] : []),
    ...(coming > 0 ? [`${plural(coming, 'model')} downloading`] : []),
  ].join(' · ');
}
