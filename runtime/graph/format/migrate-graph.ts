import { carriedBends } from './bends.ts';
import { formatEdge, sortEdges, type Edge } from './edge.ts';
import { GraphError, type Problem } from '../base/errors.ts';
import type { Graph } from './graph.ts';
import type { Exposure, GraphBody, GraphNode } from './graph-body.ts';
import { migrateExperiments } from './migrate-experiments.ts';
import { migrateNode, type Renames } from './migrate-node.ts';
import type { Registry } from '../types/node-type.ts';

/**
 * Migrates every node to its definition's version, step by step. Edges follow renamed ports; settings of experiments
 * and exposed parameters follow renamed parameters; a replaced type becomes its successor. Unknown types, and nodes
 * newer than their definition, stay (validation reports both). Returns the same object if nothing changes. Throws
 * GraphError `internal` if a migration fails.
 */
export function migrateGraph(graph: Graph, registry: Registry): Graph {
  const { graph: migrated, problems } = migrateAll(graph, registry);
  if (problems[0] === undefined) return migrated;
  const [{ code, message, location, audience }] = [problems[0]];
  throw new GraphError(code, message, { location, audience, problems });
}

/** Like `migrateGraph`, but reports failures as problems: such a node keeps its old version. */
export function migrateAll(
  graph: Graph,
  registry: Registry,
): { readonly graph: Graph; readonly problems: readonly Problem[] } {
  const { body, problems } = migrateBody(graph, registry);
  const experiments =
    graph.experiments === undefined
      ? undefined
      : migrateExperiments(graph.experiments, graph.nodes, registry);
  const root =
    experiments === graph.experiments || experiments === undefined
      ? body
      : { ...body, experiments };
  if (graph.graphs === undefined) return { graph: root, problems };
  const all = [...problems];
  let changed = false;
  const graphs: Record<string, GraphBody> = {};
  for (const [id, written] of Object.entries(graph.graphs)) {
    const inner = migrateBody(written, registry);
    graphs[id] = inner.body;
    changed ||= inner.body !== written;
    for (const problem of inner.problems) {
      all.push({ ...problem, location: { graph: id, ...problem.location } });
    }
  }
  return { graph: changed ? { ...root, graphs } : root, problems: all };
}

/** `migrateAll` for the nodes of one body; the same object if nothing changes. */
export function migrateBody<Body extends GraphBody>(
  graph: Body,
  registry: Registry,
): { readonly body: Body; readonly problems: readonly Problem[] } {
  const changed = new Map<string, GraphNode>();
  const renames = new Map<string, Renames>();
  const problems: Problem[] = [];
  for (const id of Object.keys(graph.nodes)) {
    const node = graph.nodes[id];
    if (node === undefined) continue;
    try {
      const result = migrateNode(node, registry);
      if (result === undefined) continue;
      changed.set(id, result.node);
      renames.set(id, result.renames);
    } catch (error) {
      problems.push({
        code: 'internal',
        message: `Graft could not upgrade the parameters from version ${node.version} of "${node.type}": ${GraphError.from(error).message}. Set them again.`,
        location: { node: id },
        audience: 'developer',
      });
    }
  }
  if (changed.size === 0) return { body: graph, problems };
  const nodes = Object.fromEntries(
    Object.entries(graph.nodes).map(([id, node]) => [id, changed.get(id) ?? node] as const),
  );
  const moved = graph.edges.map((edge) => ({
    was: formatEdge(edge),
    edge: renameEdge(edge, renames),
  }));
  const edges = sortEdges(moved.map(({ edge }) => edge));
  const expose = renameExposures(graph.expose, renames);
  return {
    body: {
      ...{ ...graph, nodes, edges },
      ...(expose === undefined ? {} : { expose }),
      ...(graph.bends === undefined ? {} : { bends: carriedBends(graph, moved) }),
    },
    problems,
  };
}

function renameExposures(
  expose: GraphBody['expose'],
  renames: ReadonlyMap<string, Renames>,
): Record<string, Exposure> | undefined {
  if (expose === undefined) return undefined;
  const renamed = Object.entries(expose).map(([name, exposure]): [string, Exposure] => {
    const param = renames.get(exposure.node)?.params.get(exposure.param);
    return [name, param === undefined ? exposure : { ...exposure, param }];
  });
  return Object.fromEntries(renamed);
}

function renameEdge(edge: Edge, renames: ReadonlyMap<string, Renames>): Edge {
  const sourcePort = renames.get(edge.source)?.outputs.get(edge.sourcePort);
  const targetPort = renames.get(edge.target)?.inputs.get(edge.targetPort);
  if (sourcePort === undefined && targetPort === undefined) return edge;
  return {
    ...edge,
    sourcePort: sourcePort ?? edge.sourcePort,
    targetPort: targetPort ?? edge.targetPort,
  };
}
