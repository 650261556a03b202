import type { Edge, GraphBody, NodeLayout } from '@graft/graph';
import { columnGap, nodeHeight, nodeWidth } from './card-size.ts';

/** Pixels between what stands in a column. */
const gap = 40;

export interface Size {
  readonly width: number;
  readonly height: number;
}

type Sizes = ReadonlyMap<string, Size>;
type Link = Pick<Edge, 'source' | 'target'>;

/** What feeds each, and what each feeds. */
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

/** Column of each: one right of the rightmost that it depends on. A circle is cut where least is waited for. */
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

/** What hangs together, in the order of the first of each. */
function parts(ids: readonly string[], { sources, targets }: Links): string[][] {
  const partOf = new Map<string, number>();
  const found: string[][] = [];
  for (const id of ids) {
    if (partOf.has(id)) continue;
    // A set is gone through while it grows.
    const reached = new Set([id]);
    for (const one of reached) {
      partOf.set(one, found.length);
      for (const other of sources.get(one) ?? none) reached.add(other);
      for (const other of targets.get(one) ?? none) reached.add(other);
    }
    found.push([]);
  }
  for (const id of ids) found[partOf.get(id) ?? 0]?.push(id);
  return found;
}

/** How much wider than high what hangs together in several parts becomes, near enough. */
const ratio = 1.6;
/** Pixels between parts that do not hang together. */
const apart = 80;

/** Where the nodes of a graph stand once they are laid out by what feeds what. */
export function tidyLayout(graph: GraphBody): Record<string, NodeLayout> {
  const ids = Object.keys(graph.nodes);
  const sizes = ids.map((id) => [id, { width: nodeWidth, height: nodeHeight(graph, id) }] as const);
  return layOut(new Map(sizes), graph.edges);
}

/**
 * Columns from left to right by dependency; within one, in the order of what feeds the nodes. Parts that do not hang together
 * stand beside and below each other. None is on another.
 */
export function layOut(sizes: Sizes, edges: readonly Link[]): Record<string, NodeLayout> {
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
  // There may be columns that all have left.
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

/** The middle of what feeds a node, as far as it has its place; of none, infinitely far down. */
function middleOf(
  sources: ReadonlySet<string> | undefined,
  centre: ReadonlyMap<string, number>,
): number {
  const known = [...(sources ?? [])].flatMap((source) => centre.get(source) ?? []);
  return known.length === 0 ? Infinity : known.reduce((sum, y) => sum + y, 0) / known.length;
}
