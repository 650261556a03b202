import type { PlannedNode } from '../format/graph.ts';
import type { Facets } from '../types/facets.ts';
import type { BodyReader } from './body-reader.ts';
import type { FlatGraph } from './flat-graph.ts';
import type { GraphLibrary } from './graph-library.ts';
import { planLoop } from './plan-loop.ts';
import { planNode } from './plan-node.ts';
import type { ProblemReport } from './problem-report.ts';
import type { ResolveContext } from './resolve-graph.ts';
import { topologicalOrder } from './topological-order.ts';

/** What the plan of a graph is made with, and what it gathers on the way. */
interface Planning {
  readonly context: ResolveContext;
  readonly library: GraphLibrary;
  readonly reader: BodyReader;
  /** The graphs of loops before they were planned, by the loop's path. */
  readonly loops: Map<string, FlatGraph>;
  /** Of each body that was opened, by its key, the nodes that are left out. */
  readonly dropped: Map<string, ReadonlySet<string>>;
  /** Nodes that rounds may still have, with the limits that are given from outside. */
  room: number;
}

export interface PlanningOf {
  readonly planning: Planning;
  readonly report: ProblemReport;
  /** Rounds of loops around it. */
  readonly times: number;
  /** What is known of what the round of a loop is given, by its `input` node. */
  readonly given?: ReadonlyMap<string, Facets>;
}

/** Ids named in the message of a cycle. */
const maxNamed = 20;

/** The nodes of a flat graph in topological order, but for those that have problems and all on or below a cycle. */
export function planNodes(flat: FlatGraph, how: PlanningOf): PlannedNode[] {
  const { planning, report, given } = how;
  const { order, cycles } = topologicalOrder(flat.ids, flat.edges);
  for (const cycle of cycles) reportCycle(cycle, flat, report);
  const outputFacets = new Map<string, PlannedNode['outputFacets']>();
  const nodes: PlannedNode[] = [];
  for (const id of order) {
    const node = flat.nodes.get(id);
    if (node?.params === undefined) continue;
    const { models } = planning.context;
    const alone = planNode({ ...node, params: node.params }, { models, outputFacets }, report);
    const value = given?.get(id);
    const known = value === undefined ? alone : { ...alone, outputFacets: { value } };
    const planned =
      node.use === undefined ? known : planLoop({ ...node, use: node.use }, known, how);
    outputFacets.set(id, planned.outputFacets);
    nodes.push(planned);
  }
  return nodes;
}

function reportCycle(cycle: readonly string[], flat: FlatGraph, report: ProblemReport): void {
  const [first = ''] = cycle;
  const named = cycle.slice(0, maxNamed).map((id) => flat.nameOf(id));
  if (cycle.length > maxNamed) named.push(`(${cycle.length - maxNamed} more)`);
  named.push(flat.nameOf(first));
  report.add(
    'cycle',
    `These nodes wait for each other in a circle: ${named.join(' → ')}. Remove one of the edges between them.`,
    flat.locationOf(first) ?? { node: first },
  );
}
