import { Answers, type GraphBody, type GraphNode, type NodeType } from '@graft/graph';
import { shapeOf } from '../document/node-shape.ts';

/** Results that the panel lists. A graph with more is read node by node. */
const mostResults = 12;

/**
 * The nodes whose outputs are the results of a graph, by id: what it gives as a function (else what answers), then what
 * nothing in it uses. `headline` comes first if it is among them. `shape` gives the ports of a node: those of the open graph,
 * or as a run had them.
 */
export function resultNodes(
  { nodes, edges }: Pick<GraphBody, 'nodes' | 'edges'>,
  options: {
    readonly headline?: string | undefined;
    readonly shape?: (node: GraphNode) => NodeType | undefined;
  } = {},
): readonly string[] {
  const { headline, shape = shapeOf } = options;
  const used = new Set(edges.map(({ source }) => source));
  const fed = new Set(edges.map(({ target }) => target));
  const given: string[] = [];
  const answers: string[] = [];
  const ends: string[] = [];
  for (const [id, node] of Object.entries(nodes)) {
    const type = shape(node);
    if (type === undefined || !fed.has(id)) continue;
    const outputs = Object.values(type.outputs);
    if (type.structure === 'output') given.push(id);
    else if (outputs.some((port) => port.type.id === Answers.id)) answers.push(id);
    else if (!used.has(id) && outputs.length > 0) ends.push(id);
  }
  const all = [...(given.length > 0 ? given : answers), ...ends];
  const isFirst = (id: string): boolean => id === headline;
  return [...all.filter(isFirst), ...all.filter((id) => !isFirst(id))].slice(0, mostResults);
}
