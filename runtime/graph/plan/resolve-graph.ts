import {
  type ResolveContext,
  GraphLibrary,
  maxExpanded,
  placeIn,
  type LibraryContext,
} from './graph-library.ts';
import type { Problem } from '../base/errors.ts';
import type { Graph } from '../format/graph.ts';
import type { PlannedNode, PortAliases } from '../format/plan.ts';
import { BodyReader } from './read-body.ts';
import { expansionProblem } from './expansion-size.ts';
import { plainGraph, type FlatGraph } from './flat-graph.ts';
import { flatten } from './flatten.ts';
import { planNodes } from './plan-nodes.ts';
import { ProblemReport } from './problem-report.ts';
import { openScopes } from './scopes.ts';

export interface Resolution {
  /** In topological order; without nodes that have problems and those on or below a cycle. */
  readonly nodes: readonly PlannedNode[];
  readonly problems: readonly Problem[];
  /** What is worth a look, although it runs. */
  readonly warnings: readonly Problem[];
  /** Absent if there was no structure to remove. */
  readonly aliases?: PortAliases;
  /** The nodes before planning. */
  readonly flat: FlatGraph;
  /** And those of the graphs of loops, by the loop's path. */
  readonly loops: ReadonlyMap<string, FlatGraph>;
  /** Used graphs make it endless or too large: nothing was planned. */
  readonly refused?: true;
}

/**
 * Migrates, validates, flattens and orders a graph in one pass, linear except for a sort. Only this decides what is
 * wrong with a graph and what its plan is. Never throws.
 */
export function resolveGraph(written: Graph, context: ResolveContext): Resolution {
  const { file, given, seed } = context;
  const library = new GraphLibrary(written, context);
  const reader = new BodyReader(library, context);
  const root = reader.read(library.root);
  const report = new ProblemReport(file === undefined ? {} : { file });
  const loops = new Map<string, FlatGraph>();
  const plain = plainGraph(root);
  const dropped = new Map<string, ReadonlySet<string>>();
  const standing = new Map<string, FlatGraph>();
  const planning = { context, library, reader, loops, dropped, standing, room: maxExpanded };
  const { warnings } = report;
  if (!root.composed) {
    const nodes = planNodes(plain, { planning, report, times: 1 });
    const problems = [...root.problems, ...report.problems];
    return { nodes, problems, warnings, flat: plain, loops };
  }
  const refused = expansionProblem(root, reader.readUse);
  if (refused !== undefined) {
    const { code, message, body, node } = refused;
    const at = node === undefined ? {} : { node, param: 'use' };
    report.add(code, message, { ...placeIn(body.at), ...at });
    const problems = [...reader.problems(), ...report.problems];
    return { nodes: [], problems, warnings, flat: plain, loops, refused: true };
  }
  const scopes = openScopes(root, {
    read: reader.readUse,
    fed: (name) => given?.has(name) === true,
  });
  for (const scope of scopes) dropped.set(scope.body.at.key, scope.dropped);
  const flat = flatten(scopes, { library, report, given, seed });
  const nodes = planNodes(flat, { planning, report, times: 1 });
  const problems = [...reader.problems(dropped), ...report.problems];
  return { nodes, problems, warnings, aliases: flat.aliases, flat, loops };
}

/** Problems of a file's subgraphs that nothing uses. */
function unusedProblems(written: Graph, context: LibraryContext): readonly Problem[] {
  if (written.graphs === undefined) return [];
  const library = new GraphLibrary(written, context);
  const reader = new BodyReader(library, context);
  const used = new Set([library.root]);
  // Iterating a Set reaches entries added meanwhile.
  for (const body of used) for (const use of reader.read(body).uses.values()) used.add(use);
  return library
    .ownGraphs()
    .filter((body) => !used.has(body))
    .flatMap((body) => reader.read(body).problems);
}

/**
 * All problems of a graph, located; empty if it can run. Reports nodes of unknown types and still checks the rest.
 * Inputs from outside count as given. Never throws.
 */
export function validateGraph(
  graph: Graph,
  registry: ResolveContext['registry'],
  options: Pick<ResolveContext, 'models' | 'file' | 'graphs'>,
): readonly Problem[] {
  const context = { registry, ...options };
  return [...resolveGraph(graph, context).problems, ...unusedProblems(graph, context)];
}
