import { sortEdges } from './edge.ts';
import { GraphError, type Problem } from '../base/errors.ts';
import type { Edge, Graph, GraphNode } from './graph.ts';
import type { NodeType, Registry } from '../types/node-type.ts';
import { isRecord, own } from '../base/record.ts';

interface Renames {
  readonly inputs: Map<string, string>;
  readonly outputs: Map<string, string>;
}

/**
 * Brings every node to its definition's version, step by step; edges follow renamed ports. Unknown types,
 * and nodes newer than their definition, stay as they are (validation reports both). Returns the same
 * object when nothing had to change. Throws GraphError `internal` when a migration fails.
 */
export function migrateGraph(graph: Graph, registry: Registry): Graph {
  const { graph: migrated, problems } = migrateAll(graph, registry);
  if (problems[0] === undefined) return migrated;
  const [{ code, message, location, audience }] = [problems[0]];
  throw new GraphError(code, message, { location, audience, problems });
}

/** As `migrateGraph`, with failures as problems: such a node keeps its old version. */
export function migrateAll(
  graph: Graph,
  registry: Registry,
): { readonly graph: Graph; readonly problems: readonly Problem[] } {
  const changed = new Map<string, GraphNode>();
  const renames = new Map<string, Renames>();
  const problems: Problem[] = [];
  for (const id of Object.keys(graph.nodes)) {
    const node = graph.nodes[id];
    const definition = node === undefined ? undefined : registry.get(node.type);
    if (node === undefined || definition === undefined || node.version >= definition.version)
      continue;
    try {
      const result = migrateNode(node, definition);
      changed.set(id, result.node);
      renames.set(id, result.renames);
    } catch (error) {
      problems.push({
        code: 'internal',
        message: `Its parameters could not be upgraded from version ${node.version} of "${node.type}": ${GraphError.from(error).message}. Set them anew.`,
        location: { node: id },
        audience: 'developer',
      });
    }
  }
  if (changed.size === 0) return { graph, problems };
  const nodes = Object.fromEntries(
    Object.entries(graph.nodes).map(([id, node]) => [id, changed.get(id) ?? node] as const),
  );
  const edges = sortEdges(graph.edges.map((edge) => renameEdge(edge, renames)));
  return { graph: { ...graph, nodes, edges }, problems };
}

function migrateNode(node: GraphNode, definition: NodeType): { node: GraphNode; renames: Renames } {
  const renames: Renames = { inputs: new Map(), outputs: new Map() };
  let params = node.params;
  for (const migration of definition.migrations) {
    if (migration.from < node.version) continue;
    const next: unknown = migration.params(params);
    if (!isRecord(next)) throw new GraphError('internal', `"${migration.name}" returned no params`);
    params = next;
    compose(renames.inputs, migration.renamedInputs ?? {});
    compose(renames.outputs, migration.renamedOutputs ?? {});
  }
  return { node: { ...node, version: definition.version, params }, renames };
}

/** Follows an earlier rename by a later one: a → b, then b → c, is a → c. */
function compose(renames: Map<string, string>, later: Readonly<Record<string, string>>): void {
  const taken = new Set(renames.values());
  for (const [before, after] of renames) renames.set(before, own(later, after) ?? after);
  for (const [before, after] of Object.entries(later)) {
    if (!taken.has(before) && !renames.has(before)) renames.set(before, after);
  }
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
