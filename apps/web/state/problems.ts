import { paramFields } from '@graft/graph';
import { count, plural } from '@graft/nodes/kit/ui';
import { useMemo } from 'react';
import type { ShownProblem } from '../api/problem.ts';
import { useChecks } from './checks.ts';
import { useDocument } from './document-store.ts';
import { usePlan } from './plan-store.ts';
import { nodeOnCanvas } from './node-on-canvas.ts';
import { nodeTypes } from './registry.ts';

type Nodes = Readonly<
  Record<string, { readonly type: string; readonly title?: string; readonly params: object }>
>;

/** What the person still has to give is not an error: an open input, a value that was never set. */
export function isIncomplete({ code, location }: ShownProblem, nodes: Nodes): boolean {
  if (code === 'missing-input') return true;
  const { node, param, graph, path } = location;
  if (graph !== undefined || path !== undefined) return false;
  // A node's own check of its values reports them with its facets.
  if (code !== 'bad-param' && code !== 'facet-mismatch') return false;
  if (node === undefined || param === undefined) return false;
  const value: unknown = Object.entries(nodes[node]?.params ?? {}).find(
    ([name]) => name === param,
  )?.[1];
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

const placeOf = ({ code, location }: ShownProblem): string =>
  [code, location.graph, location.path ?? location.node, location.port, location.param].join('\n');

/** What was found here and by the server, each once: here first, since that follows every edit. */
function joinProblems(
  here: readonly ShownProblem[],
  server: readonly ShownProblem[],
): readonly ShownProblem[] {
  const known = new Set(here.map(placeOf));
  return [...here, ...server.filter((problem) => !known.has(placeOf(problem)))];
}

/** Everything that keeps the open graph from running. */
export function useProblems(): readonly ShownProblem[] {
  const here = useChecks((state) => state.problems);
  const server = usePlan((state) => state.problems);
  return useMemo(() => joinProblems(here, server), [here, server]);
}

/** The first problem of a node: what is broken before what is only missing. */
export function useProblemAt(node: string): ShownProblem | undefined {
  const here = useChecks((state) => state.byNode[node]);
  const server = usePlan((state) => state.problems);
  const nodes = useDocument((state) => state.graph.nodes);
  const file = useDocument((state) => state.file?.path);
  return useMemo(() => {
    const own = server.filter(({ location }) => nodeOnCanvas(location, file) === node);
    const all = joinProblems(here ?? [], own);
    return all.find((problem) => !isIncomplete(problem, nodes)) ?? all[0];
  }, [here, server, nodes, node, file]);
}

/** What a node is called on the screen; its id beside it where others are called the same. */
export function nodeTitle(id: string, nodes: Nodes): string {
  const own = nodes[id];
  if (own === undefined) return id;
  const titleOf = ({ type, title }: Nodes[string]): string =>
    title ?? nodeTypes().get(type)?.title ?? type;
  const title = titleOf(own);
  const alone = Object.values(nodes).every((other) => other === own || titleOf(other) !== title);
  return alone ? title : `${title} (${id})`;
}

/** Where a problem is, in the words of the screen: `Chunk, size`. */
export function problemPlace({ location }: ShownProblem, nodes: Nodes): string | undefined {
  const { port, param, path } = location;
  if (path !== undefined)
    return [path, port ?? param].filter((part) => part !== undefined).join(', ');
  const node = location.graph === undefined ? location.node : undefined;
  if (node === undefined) return location.graph;
  const type = nodeTypes().get(nodes[node]?.type ?? '');
  const fields = type === undefined ? [] : paramFields(type);
  const field = fields.find(({ name }) => name === param)?.title.toLowerCase() ?? param;
  return [nodeTitle(node, nodes), port ?? field].filter((part) => part !== undefined).join(', ');
}

export interface ProblemCount {
  readonly broken: number;
  readonly incomplete: number;
}

export function countProblems(problems: readonly ShownProblem[], nodes: Nodes): ProblemCount {
  const incomplete = problems.filter((problem) => isIncomplete(problem, nodes)).length;
  return { broken: problems.length - incomplete, incomplete };
}

/** `2 problems · 1 to fill in` */
export function countText({ broken, incomplete }: ProblemCount): string {
  return [
    ...(broken > 0 ? [plural(broken, 'problem')] : []),
    ...(incomplete > 0 ? [`${count(incomplete)} to fill in`] : []),
  ].join(' · ');
}
