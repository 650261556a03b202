import { canonicalJson, block, fieldTexts } from '../base/canonical-json.ts';
import { bendTexts } from './bends.ts';
import { formatEdge, sortEdges } from './edge.ts';
import { GraphError } from '../base/errors.ts';
import { experimentsText } from './experiments-text.ts';
import { exposureValue } from './exposure.ts';
import type { Graph } from './graph.ts';
import type { GraphBody, GraphNode } from './graph-body.ts';
import { lockKinds, writtenLockEntry } from './lock.ts';
import { graphFormat } from './parse-graph.ts';
import { sortedKeys } from '../base/record.ts';
import { annotationTexts, wholePixel } from './annotation.ts';

/**
 * The canonical text of a graph, made for git: nodes by id, one parameter a line, sorted edges one a line, notes,
 * groups, bends and layout last; integer positions; a trailing newline. Equal graphs give equal text. Throws GraphError
 * `bad-param` for a value that JSON cannot hold.
 */
export function serializeGraph(graph: Graph): string {
  const fields = [
    `"graft": ${graphFormat}`,
    ...bodyTexts(graph, 1),
    ...graphsText(graph),
    ...lockText(graph),
    ...experimentsText(graph.experiments ?? {}, nodeText),
    ...fieldTexts(graph.extra ?? {}),
    ...annotationTexts(graph, 1),
    ...bendTexts(graph, 1),
    ...layoutText(graph, 1),
  ];
  return `${block('{}', fields, 0)}\n`;
}

/** Everything of a body except its last fields. */
function bodyTexts({ nodes, edges, expose = {} }: GraphBody, depth: number): string[] {
  const nodeTexts = sortedKeys(nodes).map((id) => {
    const node = nodes[id];
    return node === undefined
      ? []
      : `${JSON.stringify(id)}: ${locatedNodeText({ id, depth: depth + 1 }, node)}`;
  });
  const edgeTexts = new Set(sortEdges(edges).map((edge) => JSON.stringify(formatEdge(edge))));
  const exposed = Object.entries(expose).map(
    ([name, exposure]) => [name, exposureValue(exposure)] as const,
  );
  return [
    `"nodes": ${block('{}', nodeTexts, depth)}`,
    `"edges": ${block('[]', [...edgeTexts], depth)}`,
    ...(exposed.length === 0
      ? []
      : [`"expose": ${block('{}', fieldTexts(Object.fromEntries(exposed)), depth)}`]),
  ];
}

function graphsText({ graphs = {} }: Graph): string[] {
  const ids = sortedKeys(graphs);
  if (ids.length === 0) return [];
  const texts = ids.flatMap((id) => {
    const body = graphs[id];
    if (body === undefined) return [];
    try {
      const fields = [
        ...bodyTexts(body, 3),
        ...fieldTexts(body.extra ?? {}),
        ...annotationTexts(body, 3),
        ...bendTexts(body, 3),
        ...layoutText(body, 3),
      ];
      return `${JSON.stringify(id)}: ${block('{}', fields, 2)}`;
    } catch (error) {
      throw GraphError.from(error, { graph: id });
    }
  });
  return [`"graphs": ${block('{}', texts, 1)}`];
}

function locatedNodeText(
  { id, depth }: { readonly id: string; readonly depth: number },
  node: GraphNode,
): string {
  try {
    return nodeText(node, depth);
  } catch (error) {
    throw GraphError.from(error, { node: id });
  }
}

/** A node, its fields indented one step deeper than `depth`. */
function nodeText(node: GraphNode, depth: number): string {
  return block(
    '{}',
    [
      `"type": ${JSON.stringify(node.type)}`,
      `"version": ${node.version}`,
      node.title === undefined ? [] : `"title": ${JSON.stringify(node.title)}`,
      node.bypass === true ? '"bypass": true' : [],
      `"params": ${block('{}', fieldTexts(node.params), depth + 1)}`,
      fieldTexts(node.extra ?? {}),
    ].flat(),
    depth,
  );
}

function lockText(graph: Graph): string[] {
  const { extra = {} } = graph.lock;
  const parts = lockKinds.flatMap((kind) => {
    const entries = Object.entries(graph.lock[kind]);
    if (entries.length === 0) return [];
    // One line for each source, so that git merges them separately.
    const written = entries.map(([name, entry]) => [name, writtenLockEntry(entry)]);
    return `"${kind}": ${block('{}', fieldTexts(Object.fromEntries(written)), 2)}`;
  });
  const texts = [...parts, ...fieldTexts(extra)];
  return texts.length === 0 ? [] : [`"lock": ${block('{}', texts, 1)}`];
}

function layoutText(graph: GraphBody, depth: number): string[] {
  const ids = sortedKeys(graph.layout);
  if (ids.length === 0) return [];
  const texts = ids.map((id) => {
    const { x, y, collapsed } = graph.layout[id] ?? { x: 0, y: 0 };
    const fold = collapsed === true ? ['collapsed'] : [];
    return `${JSON.stringify(id)}: ${canonicalJson([wholePixel(x), wholePixel(y), ...fold])}`;
  });
  return [`"layout": ${block('{}', texts, depth)}`];
}
