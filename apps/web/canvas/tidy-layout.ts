import type { GraphBody, NodeLayout } from '@graft/graph';
import { nodeHeight } from './card-size.ts';

/** Pixels from one column to the next, and between nodes of a column. */
const columnWidth = 262;
const gap = 40;

/** Column of each node: one right of the rightmost that it depends on. A node in a cycle stays where the walk began. */
function columns(graph: GraphBody): Map<string, number> {
  const sources = new Map<string, string[]>();
  for (const { source, target } of graph.edges) {
    sources.set(target, [...(sources.get(target) ?? []), source]);
  }
  const column = new Map<string, number>();
  const waiting = new Map(
    Object.keys(graph.nodes).map((id) => [id, new Set(sources.get(id)).size]),
  );
  const targets = new Map<string, Set<string>>();
  for (const { source, target } of graph.edges) {
    targets.set(source, (targets.get(source) ?? new Set()).add(target));
  }
  const ready = [...waiting].filter(([, count]) => count === 0).map(([id]) => id);
  for (const id of ready) {
    const at = column.get(id) ?? 0;
    column.set(id, at);
    for (const target of targets.get(id) ?? []) {
      column.set(target, Math.max(column.get(target) ?? 0, at + 1));
      const left = (waiting.get(target) ?? 0) - 1;
      waiting.set(target, left);
      if (left === 0) ready.push(target);
    }
  }
  for (const id of Object.keys(graph.nodes)) if (!column.has(id)) column.set(id, 0);
  // A source that feeds only a late node stands beside it, not at the far left.
  for (const [id] of column) {
    if ((sources.get(id) ?? []).length > 0) continue;
    const next = [...(targets.get(id) ?? [])].map((target) => column.get(target) ?? 0);
    if (next.length > 0) column.set(id, Math.max(0, Math.min(...next) - 1));
  }
  return column;
}

/** Parts of a graph that hang together, in the order of their first nodes. */
function parts(graph: GraphBody): GraphBody[] {
  const beside = new Map<string, string[]>(Object.keys(graph.nodes).map((id) => [id, []]));
  for (const { source, target } of graph.edges) {
    beside.get(source)?.push(target);
    beside.get(target)?.push(source);
  }
  const partOf = new Map<string, number>();
  let count = 0;
  for (const id of beside.keys()) {
    if (partOf.has(id)) continue;
    // A set is gone through while it grows.
    const reached = new Set([id]);
    for (const one of reached) {
      partOf.set(one, count);
      for (const other of beside.get(one) ?? []) if (beside.has(other)) reached.add(other);
    }
    count += 1;
  }
  const nodes: [string, GraphBody['nodes'][string]][][] = Array.from({ length: count }, () => []);
  for (const entry of Object.entries(graph.nodes)) nodes[partOf.get(entry[0]) ?? 0]?.push(entry);
  const edges: GraphBody['edges'][number][][] = Array.from({ length: count }, () => []);
  for (const edge of graph.edges) edges[partOf.get(edge.target) ?? 0]?.push(edge);
  return nodes.map((own, part) => ({
    ...graph,
    nodes: Object.fromEntries(own),
    edges: edges[part] ?? [],
  }));
}

/** How much wider than high what hangs together in several parts becomes, near enough. */
const ratio = 1.6;
/** Pixels between parts that do not hang together. */
const apart = 80;

/**
 * Columns from left to right by dependency; within one, in the order of what feeds the nodes. Parts that do not hang together
 * stand beside and below each other. `room` is what a node needs below itself, in pixels.
 */
export function tidyLayout(
  graph: GraphBody,
  room: (node: string) => number = () => 0,
): Record<string, NodeLayout> {
  const laid = parts(graph).map((part) => {
    const places = tidyPart(part, room);
    const all = Object.entries(places);
    const width = Math.max(...all.map(([, { x }]) => x)) + columnWidth;
    const height = Math.max(...all.map(([id, { y }]) => y + nodeHeight(part, id) + room(id)));
    return { all, width, height };
  });
  const area = laid.reduce((sum, { width, height }) => sum + width * (height + apart), 0);
  const widest = Math.max(Math.sqrt(area * ratio), ...laid.map(({ width }) => width));
  const places: Record<string, NodeLayout> = {};
  let [left, top, bottom] = [0, 0, 0];
  for (const { all, width, height } of laid) {
    if (left + width > widest) [left, top] = [0, bottom + apart];
    for (const [id, { x, y }] of all) places[id] = { x: left + x, y: top + y };
    left += width + apart;
    bottom = Math.max(bottom, top + height);
  }
  return places;
}

function tidyPart(graph: GraphBody, room: (node: string) => number): Record<string, NodeLayout> {
  const column = columns(graph);
  const byColumn: string[][] = [];
  for (const [id, at] of column) (byColumn[at] ??= []).push(id);
  const places: Record<string, NodeLayout> = {};
  const centre = new Map<string, number>();
  for (const [at, ids = []] of byColumn.entries()) {
    const wanted = new Map(
      ids.map((id) => {
        const feeding = graph.edges
          .filter((edge) => edge.target === id)
          .map((edge) => centre.get(edge.source));
        const known = feeding.filter((y) => y !== undefined);
        return [
          id,
          known.length === 0 ? Infinity : known.reduce((sum, y) => sum + y, 0) / known.length,
        ];
      }),
    );
    ids.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0) || (a < b ? -1 : 1));
    let y = 0;
    for (const id of ids) {
      places[id] = { x: at * columnWidth, y };
      const height = nodeHeight(graph, id);
      centre.set(id, y + height / 2);
      y += height + room(id) + gap;
    }
  }
  return places;
}
