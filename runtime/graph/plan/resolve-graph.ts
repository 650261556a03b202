import type { Problem } from '../base/errors.ts';
import type { Graph, PlannedNode, PortAliases } from '../format/graph.ts';
import type { ModelLookup } from '../types/model.ts';
import { BodyReader } from './body-reader.ts';
import { expansionProblem } from './expansion-size.ts';
import { plainGraph, type FlatGraph } from './flat-graph.ts';
import { flatten } from './flatten.ts';
import { GraphLibrary, placeIn, type LibraryContext } from './graph-library.ts';
import { planNode } from './plan-node.ts';
import { ProblemReport } from './problem-report.ts';
import { openScopes } from './scopes.ts';
import { topologicalOrder } from './topological-order.ts';

/** What a graph is read against. */
export interface ResolveContext extends LibraryContext {
  readonly models: ModelLookup;
  /**
   * Names of the inputs that the graph is given from outside. Absent: nothing is to run, and all that it lacks are taken
   * for given.
   */
  readonly given?: ReadonlySet<string>;
  /** For every seeded node, instead of its own. */
  readonly seed?: number;
}

export interface Resolution {
  /** In topological order; without nodes that have problems of their own, and all on or below a cycle. */
  readonly nodes: readonly PlannedNode[];
  readonly problems: readonly Problem[];
  /** Absent where nothing was taken out. */
  readonly aliases?: PortAliases;
  /** What the nodes were before they were planned. */
  readonly flat: FlatGraph;
  /** The graphs that it uses make it endless or too large: nothing was planned. */
  readonly refused?: true;
}

/** Ids named in the message of a cycle. */
const maxNamed = 20;

/**
 * Migrates, validates, flattens and orders a graph in one pass, linear but for a sort: the one place that decides
 * what is wrong with a graph and what its plan is. Never throws.
 */
export function resolveGraph(written: Graph, context: ResolveContext): Resolution {
  const { file, given, seed } = context;
  const library = new GraphLibrary(written, context);
  const reader = new BodyReader(library, context);
  const root = reader.read(library.root);
  const report = new ProblemReport(file === undefined ? {} : { file });
  const plain = plainGraph(root);
  if (!root.composed) {
    const nodes = planNodes(plain, { context, report });
    return { nodes, problems: [...root.problems, ...report.problems], flat: plain };
  }
  const refused = expansionProblem(root, reader.readUse);
  if (refused !== undefined) {
    const { code, message, body, node } = refused;
    const at = node === undefined ? {} : { node, param: 'use' };
    report.add(code, message, { ...placeIn(body.at), ...at });
    const problems = [...reader.problems(), ...report.problems];
    return { nodes: [], problems, flat: plain, refused: true };
  }
  const scopes = openScopes(root, {
    read: reader.readUse,
    fed: (name) => given?.has(name) === true,
  });
  const flat = flatten(scopes, { library, report, given, seed });
  const nodes = planNodes(flat, { context, report });
  const unplanned = new Map(scopes.map(({ body, dropped }) => [body.at.key, dropped]));
  const problems = [...reader.problems(unplanned), ...report.problems];
  return { nodes, problems, aliases: flat.aliases, flat };
}

function planNodes(
  flat: FlatGraph,
  { context, report }: { readonly context: ResolveContext; readonly report: ProblemReport },
): PlannedNode[] {
  const { order, cycles } = topologicalOrder(flat.ids, flat.edges);
  for (const cycle of cycles) reportCycle(cycle, flat, report);
  const outputFacets = new Map<string, PlannedNode['outputFacets']>();
  const nodes: PlannedNode[] = [];
  for (const id of order) {
    const node = flat.nodes.get(id);
    if (node?.params === undefined) continue;
    const { models } = context;
    const planned = planNode({ ...node, params: node.params }, { models, outputFacets }, report);
    outputFacets.set(id, planned.outputFacets);
    nodes.push(planned);
  }
  return nodes;
}

function reportCycle(cycle: readonly string[], flat: FlatGraph, report: ProblemReport): void {
  const [first = ''] = cycle;
  const named = cycle.slice(0, maxNamed);
  if (cycle.length > maxNamed) named.push(`(${cycle.length - maxNamed} more)`);
  report.add(
    'cycle',
    `These nodes wait for each other in a circle: ${[...named, first].join(' → ')}. Remove one of the edges between them.`,
    flat.locationOf(first) ?? { node: first },
  );
}

/** Every problem of the subgraphs of a file that nothing uses. */
export function unusedProblems(written: Graph, context: LibraryContext): readonly Problem[] {
  if (written.graphs === undefined) return [];
  const library = new GraphLibrary(written, context);
  const reader = new BodyReader(library, context);
  const used = new Set([library.root]);
  // A Set's iteration reaches what is added on the way.
  for (const body of used) for (const one of reader.read(body).uses.values()) used.add(one);
  return library
    .ownGraphs()
    .filter((body) => !used.has(body))
    .flatMap((body) => reader.read(body).problems);
}
