import { formatEdge, type Edge } from '../format/edge.ts';
import type { GraphBody } from '../format/graph-body.ts';
import type { Registry } from '../types/node-type.ts';
import { edgeProblem } from './edge-problems.ts';
import type { NodeDraft } from './node-draft.ts';
import type { ProblemReport } from './problem-report.ts';

/** Gives each draft the sources of its edges, and reports invalid edges. */
export function connectDrafts(
  { graph, edges }: { readonly graph: GraphBody; readonly edges: readonly Edge[] },
  {
    drafts,
    registry,
  }: { readonly drafts: ReadonlyMap<string, NodeDraft>; readonly registry: Registry },
  report: ProblemReport,
): void {
  const ids = Object.keys(graph.nodes);
  for (const edge of edges) {
    const { source, sourcePort, target, targetPort } = edge;
    const draft = drafts.get(target);
    draft?.meant.add(targetPort);
    const missing = [source, target].find((end) => !Object.hasOwn(graph.nodes, end));
    if (missing !== undefined) {
      const other = missing === source ? target : source;
      report.add(
        'unknown-node',
        `The connection "${formatEdge(edge)}" names a node "${missing}" that is not in the graph.${report.suggest(missing, ids)} Correct or remove the connection.`,
        Object.hasOwn(graph.nodes, other) ? { node: other } : {},
      );
      continue;
    }
    const problem = edgeProblem(
      { source: drafts.get(source)?.definition, sourcePort, target: draft?.definition, targetPort },
      registry,
    );
    if (problem === undefined) {
      draft?.inputs[targetPort]?.push({ node: source, port: sourcePort });
      continue;
    }
    report.add(
      problem.code,
      `${problem.message} (connection "${formatEdge(edge)}")`,
      problem.at === 'source'
        ? { node: source, port: sourcePort }
        : { node: target, port: targetPort },
    );
  }
}
