import type { Edge, Graph, GraphBody, NodeLayout } from '@graft/graph';
import { columnGap, nodeHeight, nodeWidth } from './card-size.ts';
import { boundsAround } from './frames.ts';

/** Pixels between the cards of a column. */
const gap = 40;

export interface Size {
  readonly width: number;
  readonly height: number;
}

type Sizes = ReadonlyMap<string, Size>;
type Link = Pick<Edge, 'source' | 'target'>;

/** The sources and targets of each. */
interface Links {
  readonly sources: ReadonlyMap<string, ReadonlySet<string>>;
  readonly targets: ReadonlyMap<string, ReadonlySet<string>>;
}

const none: ReadonlySet<string> = new Set();

function linksAmong(sizes: Sizes, links: readonly Link[]): Links {
  const sources = new Map<string, Set<string>>([...sizes.keys()].map((id) => [id, new Set()]));
  const targets = new Map<string, Set<string>>([...sizes.keys()].map((id) => [id, new Set()]));
  for (const { source, target } of links) {
    if (source === target || !sizes.has(source) || !sizes.has(target)) continue;
    sources.get(target)?.add(source);
    targets.get(source)?.add(target);
  }
  return { sources, targets };
}

/** The column of each: right of all its sources. A circle is cut at the node with the fewest open sources. */
function columns(ids: readonly string[], { sources, targets }: Links): Map<string, number> {
  const column = new Map<string, number>();
  const waiting = new Map(ids.map((id) => [id, sources.get(id)?.size ?? 0]));
  const least = new Map<string, number>();
  const settle = (first: readonly string[]): void => {
    const ready = [...first];
    for (const id of ready) {
      if (column.has(id)) continue;
      const at = least.get(id) ?? 0;
      column.set(id, at);
      for (const target of targets.get(id) ?? none) {
        least.set(target, Math.max(least.get(target) ?? 0, at + 1));
        const left = (waiting.get(target) ?? 0) - 1;
        waiting.set(target, left);
        if (left === 0) ready.push(target);
      }
    }
  };
  settle(ids.filter((id) => waiting.get(id) === 0));
  while (column.size < ids.length) {
    const rest = ids.filter((id) => !column.has(id));
    const waitsFor = (id: string): number => waiting.get(id) ?? 0;
    settle([rest.reduce((a, b) => (waitsFor(b) < waitsFor(a) ? b : a))]);
  }
  // A source that feeds only a late node stands beside it, not at the far left.
  for (const [id] of column) {
    if ((sources.get(id)?.size ?? 0) > 0) continue;
    let next = Infinity;
    for (const target of targets.get(id) ?? none) next = Math.min(next, column.get(target) ?? 0);
    if (next < Infinity) column.set(id, Math.max(0, next - 1));
  }
  return column;
}

/** The connected parts, in the order of their first ids. */
function parts(ids: readonly string[], { sources, targets }: Links): string[][] {
  const partOf = new Map<string, number>();
  const found: string[][] = [];
  for (const id of ids) {
    if (partOf.has(id)) continue;
    // The loop also visits what is added meanwhile.
    const reached = new Set([id]);
    for (const member of reached) {
      partOf.set(member, found.length);
      for (const other of sources.get(member) ?? none) reached.add(other);
      for (const other of targets.get(member) ?? none) reached.add(other);
    }
    found.push([]);
  }
  for (const id of ids) found[partOf.get(id) ?? 0]?.push(id);
  return found;
}

/** About how much wider than high several parts together become. */
const ratio = 1.6;
/** Pixels between parts. */
const apart = 80;

/**
 * Columns from left to right by dependency; within a column, cards in the order of their sources. Parts without connections
 * stand beside and below each other. No card overlaps another.
 */
export function columnLayout(sizes: Sizes, edges: readonly Link[]): Record<string, NodeLayout> {
  const links = linksAmong(sizes, edges);
  const laid = parts([...sizes.keys()], links).map((part) => layOutPart(part, sizes, links));
  const area = laid.reduce((sum, { width, height }) => sum + width * (height + apart), 0);
  const widest = laid.reduce((most, { width }) => Math.max(most, width), Math.sqrt(area * ratio));
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

interface Laid extends Size {
  readonly all: readonly (readonly [string, NodeLayout])[];
}

function layOutPart(part: readonly string[], sizes: Sizes, links: Links): Laid {
  const byColumn: string[][] = [];
  for (const [id, at] of columns(part, links)) (byColumn[at] ??= []).push(id);
  const all: [string, NodeLayout][] = [];
  const centre = new Map<string, number>();
  let [x, bottom] = [0, 0];
  // Columns may be empty by now.
  for (const ids of Object.values(byColumn)) {
    const wanted = new Map(ids.map((id) => [id, middleOf(links.sources.get(id), centre)]));
    ids.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0) || (a < b ? -1 : 1));
    let [y, widest] = [0, 0];
    for (const id of ids) {
      const { width, height } = sizes.get(id) ?? { width: 0, height: 0 };
      all.push([id, { x, y }]);
      centre.set(id, y + height / 2);
      bottom = Math.max(bottom, y + height);
      y += height + gap;
      widest = Math.max(widest, width);
    }
    x += widest + columnGap;
  }
  return { all, width: x, height: bottom };
}

/** The middle of the placed sources of a node; without any, infinity. */
function middleOf(
  sources: ReadonlySet<string> | undefined,
  centre: ReadonlyMap<string, number>,
): number {
  const known = [...(sources ?? [])].flatMap((source) => centre.get(source) ?? []);
  return known.length === 0 ? Infinity : known.reduce((sum, y) => sum + y, 0) / known.length;
}

/** Pixels between nodes that have places and those laid out below them. */
const below = 60;
const origin: NodeLayout = { x: 0, y: 0 };

/**
 * The graph and its subgraphs with a place for every node: a file written by hand or by a program may have none. Nodes that
 * have places keep them.
 */
export function laidOut(graph: Graph): Graph {
  const own = placed(graph);
  if (graph.graphs === undefined) return own;
  const bodies = Object.entries(graph.graphs).map(([id, body]) => [id, placed(body)] as const);
  const same = bodies.every(([id, body]) => body === graph.graphs?.[id]);
  return same ? own : { ...own, graphs: Object.fromEntries(bodies) };
}

function placed<Body extends GraphBody>(graph: Body): Body {
  const ids = Object.keys(graph.nodes);
  const known = ids.filter((id) => Object.hasOwn(graph.layout, id));
  if (known.length === ids.length) return graph;
  const sizes = ids.map((id) => [id, { width: nodeWidth, height: nodeHeight(graph, id) }] as const);
  const columns = columnLayout(new Map(sizes), graph.edges);
  const missing = ids.filter((id) => !Object.hasOwn(graph.layout, id));
  const { left, bottom } = boundsAround(
    known.map((id) => ({ ...(graph.layout[id] ?? origin), height: nodeHeight(graph, id) })),
  );
  const { top } = boundsAround(missing.map((id) => columns[id] ?? origin));
  const shift = known.length === 0 ? origin : { x: left, y: bottom + below - top };
  const added = missing.map((id): [string, NodeLayout] => {
    const { x, y } = columns[id] ?? origin;
    return [id, { x: x + shift.x, y: y + shift.y }];
  });
  return { ...graph, layout: { ...graph.layout, ...Object.fromEntries(added) } };
}
