import type { Problem } from '../base/errors.ts';
import { own, sortedKeys } from '../base/record.ts';
import { sortEdges } from '../format/edge.ts';
import type { Graph, PlannedNode } from '../format/graph.ts';
import { migrateAll } from '../format/migrate-graph.ts';
import type { ModelLookup } from '../types/model.ts';
import type { Registry } from '../types/node-type.ts';
import { connectDrafts } from './connect-drafts.ts';
import { checkInputs, draftNode, type NodeDraft } from './node-draft.ts';
import { planNode } from './plan-node.ts';
import { ProblemReport } from './problem-report.ts';
import { topologicalOrder } from './topological-order.ts';

/** What a graph is read against. */
export interface ResolveContext {
  readonly registry: Registry;
  readonly models: ModelLookup;
  /** For locations. */
  readonly file?: string;
  /** For every seeded node, instead of its own. */
  readonly seed?: number;
}

export interface Resolution {
  /** In topological order; without nodes that have problems of their own, and all on or below a cycle. */
  readonly nodes: readonly PlannedNode[];
  readonly problems: readonly Problem[];
}

/** Ids named in the message of a cycle. */
const maxNamed = 20;

/**
 * Migrates, validates and orders a graph in one pass, linear but for a sort: the one place that decides
 * what is wrong with a graph and what its plan is. Never throws.
 */
export function resolveGraph(written: Graph, context: ResolveContext): Resolution {
  const { registry, models, file, seed } = context;
  const report = new ProblemReport(file);
  const { graph, problems: unmigrated } = migrateAll(written, registry);
  for (const { code, message, location } of unmigrated) report.add(code, message, location);
  const skipped = new Set(unmigrated.map(({ location }) => location.node));

  const ids = sortedKeys(graph.nodes);
  const edges = sortEdges(graph.edges);
  const drafts = new Map<string, NodeDraft>();
  for (const id of ids) {
    const node = own(graph.nodes, id);
    if (node === undefined || skipped.has(id)) continue;
    const draft = draftNode({ id, node, seed }, registry, report);
    if (draft !== undefined) drafts.set(id, draft);
  }
  connectDrafts({ graph, edges }, { drafts, registry }, report);
  for (const [id, draft] of drafts) checkInputs(id, draft, report);

  const { order, cycles } = topologicalOrder(ids, edges);
  for (const cycle of cycles) reportCycle(cycle, report);
  const outputFacets = new Map<string, PlannedNode['outputFacets']>();
  const nodes: PlannedNode[] = [];
  for (const id of order) {
    const draft = drafts.get(id);
    if (draft?.params === undefined) continue;
    const node = planNode({ ...draft, id, params: draft.params }, { models, outputFacets }, report);
    outputFacets.set(id, node.outputFacets);
    nodes.push(node);
  }
  return { nodes, problems: report.problems };
}

function reportCycle(cycle: readonly string[], report: ProblemReport): void {
  const [first = ''] = cycle;
  const named = cycle.slice(0, maxNamed);
  if (cycle.length > maxNamed) named.push(`(${cycle.length - maxNamed} more)`);
  report.add(
    'cycle',
    `These nodes wait for each other in a circle: ${[...named, first].join(' → ')}. Remove one of the edges between them.`,
    { node: first },
  );
}
