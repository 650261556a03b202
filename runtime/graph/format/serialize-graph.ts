import { canonicalJson } from '../base/canonical-json.ts';
import { block, fieldTexts } from './canonical-block.ts';
import { formatEdge, sortEdges } from './edge.ts';
import { GraphError } from '../base/errors.ts';
import { experimentsText } from './experiments-text.ts';
import type { Graph, GraphNode } from './graph.ts';
import { graphFormat, wholePixel } from './parse-graph.ts';
import { sortedKeys } from '../base/record.ts';

/**
 * The canonical text of a graph, made for git: nodes by id, one parameter a line, sorted edges one a
 * line, layout last; integers for positions; a trailing newline. Equal graphs give equal text.
 * Throws GraphError `bad-param` at a value that JSON cannot hold.
 */
export function serializeGraph(graph: Graph): string {
  const fields = [
    `"graft": ${graphFormat}`,
    `"nodes": ${block(
      '{}',
      sortedKeys(graph.nodes).map((id) => {
        const node = graph.nodes[id];
        return node === undefined ? [] : `${JSON.stringify(id)}: ${locatedNodeText(id, node)}`;
      }),
      1,
    )}`,
    `"edges": ${block('[]', [...new Set(sortEdges(graph.edges).map((edge) => JSON.stringify(formatEdge(edge))))], 1)}`,
    ...lockText(graph),
    ...experimentsText(graph.experiments ?? {}, nodeText),
    ...fieldTexts(graph.extra ?? {}),
    ...layoutText(graph),
  ];
  return `${block('{}', fields, 0)}\n`;
}

function locatedNodeText(id: string, node: GraphNode): string {
  try {
    return nodeText(node, 2);
  } catch (error) {
    throw GraphError.from(error, { node: id });
  }
}

/** A node whose fields stand one step deeper than `depth`. */
function nodeText(node: GraphNode, depth: number): string {
  return block(
    '{}',
    [
      `"type": ${JSON.stringify(node.type)}`,
      `"version": ${node.version}`,
      node.title === undefined ? [] : `"title": ${JSON.stringify(node.title)}`,
      `"params": ${block('{}', fieldTexts(node.params), depth + 1)}`,
      fieldTexts(node.extra ?? {}),
    ].flat(),
    depth,
  );
}

function lockText(graph: Graph): string[] {
  const parts = [
    { name: 'models', digests: graph.lock.models },
    { name: 'files', digests: graph.lock.files },
  ].filter(({ digests }) => Object.keys(digests).length > 0);
  if (parts.length === 0) return [];
  const texts = parts.map(
    ({ name, digests }) => `"${name}": ${block('{}', fieldTexts(digests), 2)}`,
  );
  return [`"lock": ${block('{}', texts, 1)}`];
}

function layoutText(graph: Graph): string[] {
  const ids = sortedKeys(graph.layout);
  if (ids.length === 0) return [];
  const texts = ids.map((id) => {
    const { x, y } = graph.layout[id] ?? { x: 0, y: 0 };
    return `${JSON.stringify(id)}: ${canonicalJson([wholePixel(x), wholePixel(y)])}`;
  });
  return [`"layout": ${block('{}', texts, 1)}`];
}
