import type { Graph, Problem, problemSchema } from '@graft/graph';
import { documentStore } from './document-store.ts';
import { bodyNodes, nodeIn } from './levels.ts';
import { nodesAt } from './problem-places.ts';
import { paramTitle, titleAmong } from './node-titles.ts';
import { usedGraphs } from './lookups.ts';

/** A problem to show. Its code may be one that only a newer server knows. */
export type ShownProblem = ReturnType<typeof problemSchema.parse> & {
  /** Problems of a run name the parameter only, never the entry. */
  readonly location: { readonly entry?: string | undefined };
  /** The id of the model that is missing, while it is being downloaded. */
  readonly coming?: string;
};

/** The node of the open file that a problem is at; undefined for a problem of another file. */
function writtenAt({ location }: Pick<ShownProblem, 'location'>, graph: Graph) {
  const { file, graph: body, node } = location;
  const isOwn = file === undefined || file === documentStore.getState().file?.path;
  return isOwn && node !== undefined ? nodeIn(graph, body, node) : undefined;
}

/** A missing model that is being downloaded is no error. `coming`: the ids of such models. */
export function whileComing(
  problems: readonly ShownProblem[],
  graph: Graph,
  coming: ReadonlySet<string>,
): readonly ShownProblem[] {
  if (coming.size === 0) return problems;
  return problems.map((problem) => {
    const { param } = problem.location;
    const node = problem.code === 'bad-model' ? writtenAt(problem, graph) : undefined;
    const model = param === undefined ? undefined : node?.params[param];
    return typeof model === 'string' && coming.has(model)
      ? { ...problem, coming: model, message: `${model} is being downloaded.` }
      : problem;
  });
}

/** What the person has yet to fill in is not an error: an open input, a value that was never set. Nor is what is coming. */
export function isIncomplete(problem: ShownProblem, graph: Graph): boolean {
  const { code, location, coming } = problem;
  if (code === 'missing-input' || coming !== undefined) return true;
  // The node type's own check of values reports them among its facets.
  if (code !== 'bad-param' && code !== 'facet-mismatch') return false;
  const node = writtenAt(problem, graph);
  if (node === undefined || location.param === undefined) return false;
  const value: unknown = Object.entries(node.params).find(([name]) => name === location.param)?.[1];
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

const keyOf = ({ code, location }: ShownProblem): string =>
  [
    ...[code, location.graph, location.path ?? location.node],
    ...[location.port, location.param, location.entry],
  ].join('\n');

/**
 * The problems found here and by the server, without duplicates. Those found here come first: they follow every edit.
 */
export function joinProblems(
  here: readonly ShownProblem[],
  server: readonly ShownProblem[],
): readonly ShownProblem[] {
  const known = new Set(here.map(keyOf));
  return [...here, ...server.filter((problem) => !known.has(keyOf(problem)))];
}

type ByNode = ReadonlyMap<string, readonly ShownProblem[]>;
/** Cache: the problems of a list by node, and the state they were computed from. */
const kept = new WeakMap<
  readonly ShownProblem[],
  { readonly by: readonly unknown[]; readonly nodes: ByNode }
>();

/** Problems by the shown node that shows them. The lists stay the same objects until problems or shown nodes change. */
export function byNode(problems: readonly ShownProblem[]): ByNode {
  const { graph, trail, shown, file } = documentStore.getState();
  const { lookup: files } = usedGraphs.getState();
  const by = [trail, shown.nodes, graph.graphs, files];
  const known = kept.get(problems);
  if (known !== undefined && by.every((value, index) => value === known.by[index]))
    return known.nodes;
  const nodes = new Map<string, ShownProblem[]>();
  const find = nodesAt({ graph, trail, shown, file: file?.path, files });
  for (const problem of problems) {
    for (const id of find(problem.location)) nodes.set(id, [...(nodes.get(id) ?? []), problem]);
  }
  kept.set(problems, { by, nodes });
  return nodes;
}

/** Where a problem is, in the words of the screen: `Chunk, size`; within a graph, `reader › Chunk, size`. */
export function problemPlace(
  problem: Pick<ShownProblem, 'location'>,
  graph: Graph,
): string | undefined {
  const { port, param, path, node, graph: at, file } = problem.location;
  const own = writtenAt(problem, graph);
  if (own === undefined || node === undefined) {
    const parts = [path ?? node ?? at ?? file, port ?? param].filter((part) => part !== undefined);
    return parts.length === 0 ? undefined : parts.join(', ');
  }
  const field = param === undefined ? undefined : paramTitle(own, param);
  const title = titleAmong(node, bodyNodes(graph, at));
  return [at === undefined ? title : `${at} › ${title}`, port ?? field]
    .filter((part) => part !== undefined)
    .join(', ');
}

export interface ProblemCount {
  readonly broken: number;
  readonly incomplete: number;
  /** Models that are being downloaded. */
  readonly coming: number;
}

export function countProblems(problems: readonly ShownProblem[], graph: Graph): ProblemCount {
  const open = problems.filter((problem) => isIncomplete(problem, graph));
  const coming = open.flatMap((problem) => problem.coming ?? []);
  return {
    broken: problems.length - open.length,
    incomplete: open.length - coming.length,
    coming: new Set(coming).size,
  };
}

/** `Embed, batch: message`: where the problem is, and what it is. */
export function problemText({
  message,
  location,
}: Pick<Problem, 'message'> & Pick<ShownProblem, 'location'>): string {
  const { node, port, param } = location;
  const place =
    node === undefined
      ? (port ?? param)
      : problemPlace({ location }, documentStore.getState().graph);
  return place === undefined ? message : `${place}: ${message}`;
}

/** The number of equal problems from which they share one line. */
const many = 4;

/** Problems in groups, each at the place of its first: many equal ones together, all others alone. */
export function alike<Problem extends { readonly code: string; readonly message: string }>(
  problems: readonly Problem[],
): readonly (readonly Problem[])[] {
  const groups = new Map<string, Problem[]>();
  for (const problem of problems) {
    const key = `${problem.code}\n${problem.message}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [problem]);
    else group.push(problem);
  }
  return [...groups.values()].flatMap((group) =>
    group.length < many ? group.map((problem) => [problem]) : [group],
  );
}
