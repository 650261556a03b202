import { GraphError, type GraphErrorCode } from '../base/errors.ts';
import { suggestion } from '../base/message-words.ts';
import { own } from '../base/record.ts';
import type { Arm } from '../format/experiment.ts';
import type { Graph } from '../format/graph.ts';
import type { GraphNode } from '../format/graph-body.ts';
import { parseSettingName } from '../format/setting-name.ts';

/**
 * Applies an arm to the graph. Throws for anything that the arm names and the graph lacks, with its location below the
 * arm.
 */
export function applyArm(graph: Graph, arm: Arm, field: string): Graph {
  const nodes: Record<string, GraphNode> = { ...graph.nodes };
  const require = (id: string, at: string): GraphNode => {
    const node = own(nodes, id);
    if (node !== undefined) return node;
    const message = `There is no node "${id}" in the graph.${suggestion(id, Object.keys(nodes))}`;
    return refuse('unknown-node', message, at);
  };
  for (const [id, node] of Object.entries(arm.replace ?? {})) {
    require(id, `${field}.replace.${id}`);
    nodes[id] = node;
  }
  for (const id of arm.bypass ?? []) {
    nodes[id] = { ...require(id, `${field}.bypass`), bypass: true };
  }
  for (const [key, value] of Object.entries(arm.set ?? {})) {
    const at = field === 'vary' ? `${field}.${key}` : `${field}.set.${key}`;
    const name = parseSettingName(key);
    if (name === undefined) {
      refuse('unknown-param', `"${key}" is not a setting. Write it as "node.param".`, at);
    } else {
      const node = require(name.node, at);
      nodes[name.node] = { ...node, params: { ...node.params, [name.param]: value } };
    }
  }
  return { ...graph, nodes };
}

function refuse(code: GraphErrorCode, message: string, field: string): never {
  throw new GraphError(code, message, { location: { field } });
}
