import { Answers, type GraphBody } from '@graft/graph';
import { shapeOf } from '../document/node-shape.ts';

/** Results that the panel lists. A graph with more is read node by node. */
const mostResults = 12;

/**
 * The nodes whose outputs are the results of a graph, by id: what it gives as a function (else what answers), then what
 * nothing in it uses. `headline` comes first if it is among them.
 */
export function resultNodes(
  { nodes, edges }: Pick<GraphBody, 'nodes' | 'edges'>,
  headline?: string,
): readonly string[] {
  const used = new Set(edges.map(({ source }) => source));
  const fed = new Set(edges.map(({ target }) => target));
  const given: string[] = [];
  const answers: string[] = [];
  const ends: string[] = [];
  for (const [id, node] of Object.entries(nodes)) {
    const shape = shapeOf(node);
    if (shape === undefined || !fed.has(id)) continue;
    const outputs = Object.values(shape.outputs);
    if (shape.structure === 'output') given.push(id);
    else if (outputs.some(({ type }) => type.id === Answers.id)) answers.push(id);
    else if (!used.has(id) && outputs.length > 0) ends.push(id);
  }
  const all = [...(given.length > 0 ? given : answers), ...ends];
  const isFirst = (id: string): boolean => id === headline;
  return [...all.filter(isFirst), ...all.filter((id) => !isFirst(id))].slice(0, mostResults);
}
