import type { NodeType, Registry } from '@graft/graph';
import { nodeTypes } from './lookups.ts';

/**
 * The least number of nodes that must come before each: 0 for sources, infinite where nothing provides a needed input.
 * Computed in rounds, since types may feed each other in cycles.
 */
function depths(all: readonly NodeType[]): ReadonlyMap<NodeType, number> {
  const known = new Map(all.map((type) => [type, Infinity]));
  const nearest = (type: string): number =>
    all
      .filter(({ outputs }) => Object.values(outputs).some((port) => port.type.id === type))
      .reduce((least, maker) => Math.min(least, known.get(maker) ?? Infinity), Infinity);
  for (let settled = false; !settled;) {
    settled = true;
    for (const type of all) {
      const needed = Object.values(type.inputs).filter(({ optional }) => optional !== true);
      const depth = needed.reduce((most, { type }) => Math.max(most, nearest(type.id) + 1), 0);
      if (depth >= (known.get(type) ?? Infinity)) continue;
      known.set(type, depth);
      settled = false;
    }
  }
  return known;
}

/**
 * Whether a node outputs a type that it also takes, as a reranker does with hits: it comes before other nodes that take
 * it.
 */
function refines({ inputs, outputs }: NodeType): boolean {
  const given = new Set(Object.values(outputs).map(({ type }) => type.id));
  return Object.values(inputs).some(({ type }) => given.has(type.id));
}

/** Whether a node only reports: exports, measurements. */
function reports({ outputs }: NodeType): boolean {
  return Object.values(outputs).every(({ type }) => type.id === 'metrics');
}

/** The types that may take what a source gives, where none needs it, as Embed may take an embedder of a server. */
function mayTake(source: NodeType, all: readonly NodeType[]): readonly NodeType[] {
  const given = new Set(Object.values(source.outputs).map(({ type }) => type.id));
  const takes = (needed: boolean) => (other: NodeType) =>
    Object.values(other.inputs).some(
      ({ type, optional }) => given.has(type.id) && (optional !== true) === needed,
    );
  const isSource = Object.keys(source.inputs).length === 0;
  return isSource && !all.some(takes(true)) ? all.filter(takes(false)) : [];
}

/** Node types in the order of a pipeline: each after those that feed it, what nobody needs after what may take it. */
export function inOrderOfWork(all: readonly NodeType[]): readonly NodeType[] {
  const depth = depths(all);
  const depthOf = (type: NodeType): number => depth.get(type) ?? Infinity;
  const rank = (type: NodeType): readonly number[] => {
    const takers = mayTake(type, all);
    return [
      reports(type) ? 1 : 0,
      takers.length > 0 ? Math.min(...takers.map(depthOf)) : depthOf(type),
      takers.length > 0 ? 2 : refines(type) ? 0 : 1,
    ];
  };
  const ranks = new Map(all.map((type) => [type, rank(type)]));
  return all.toSorted((a, b) => {
    const other = ranks.get(b) ?? [];
    const differing = (ranks.get(a) ?? [])
      .map((part, at) => Math.sign(part - (other[at] ?? 0)))
      .find((sign) => sign !== 0 && !Number.isNaN(sign));
    return differing ?? a.title.localeCompare(b.title);
  });
}

const known = new WeakMap<Registry, readonly NodeType[]>();

/** All node types, in the order of a pipeline. */
export function inOrder(): readonly NodeType[] {
  const registry = nodeTypes();
  const order = known.get(registry) ?? inOrderOfWork([...registry.values()]);
  known.set(registry, order);
  return order;
}
