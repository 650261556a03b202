import { canonicalJson } from '../base/canonical-json.ts';
import { formatEdge, sortEdges } from './edge.ts';
import { GraphError } from '../base/errors.ts';
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
        return node === undefined ? [] : `${JSON.stringify(id)}: ${nodeText(id, node)}`;
      }),
      1,
    )}`,
    `"edges": ${block('[]', [...new Set(sortEdges(graph.edges).map((edge) => JSON.stringify(formatEdge(edge))))], 1)}`,
    ...lockText(graph),
    ...fieldTexts(graph.extra ?? {}),
    ...layoutText(graph),
  ];
  return `${block('{}', fields, 0)}\n`;
}

function nodeText(id: string, node: GraphNode): string {
  try {
    return block(
      '{}',
      [
        `"type": ${JSON.stringify(node.type)}`,
        `"version": ${node.version}`,
        node.title === undefined ? [] : `"title": ${JSON.stringify(node.title)}`,
        `"params": ${block('{}', fieldTexts(node.params), 3)}`,
        fieldTexts(node.extra ?? {}),
      ].flat(),
      2,
    );
  } catch (error) {
    throw GraphError.from(error, { node: id });
  }
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

/** `"key": value` for each field, sorted. */
function fieldTexts(record: Readonly<Record<string, unknown>>): string[] {
  return sortedKeys(record).flatMap((key) => {
    const value = record[key];
    if (value === undefined) return [];
    try {
      return `${JSON.stringify(key)}: ${canonicalJson(value)}`;
    } catch (error) {
      throw GraphError.from(error, { param: key });
    }
  });
}

/** Lines between brackets, indented one step deeper than `depth`; the bare brackets when there is none. */
function block(
  brackets: '{}' | '[]',
  parts: readonly (string | readonly never[])[],
  depth: number,
): string {
  const lines = parts.flat();
  if (lines.length === 0) return brackets;
  const indent = '  '.repeat(depth + 1);
  return `${brackets[0]}\n${indent}${lines.join(`,\n${indent}`)}\n${'  '.repeat(depth)}${brackets[1]}`;
}
