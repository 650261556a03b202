import { topologicalOrder } from './topological-order.ts';
import type { Feed } from '../format/edge.ts';

/** A removed node: its inputs pass to its outputs. */
export interface Junction {
  readonly id: string;
  /** Its sources, in order: nodes that stay, and other junctions. */
  readonly sources: readonly Feed[];
  /** Its source has a problem, already reported. */
  readonly broken: boolean;
}

/** The sources that a junction stands for. */
interface Resolved {
  readonly feeds: readonly Feed[];
  readonly broken: boolean;
}

/** Limit of edges that an expansion may have through junctions: each may stand for many. */
const maxFeeds = 1_000_000;

export interface ResolvedJunctions {
  readonly resolved: ReadonlyMap<string, Resolved>;
  /** Junctions that form a cycle. */
  readonly cycles: readonly (readonly string[])[];
  /** More edges than the limit. */
  readonly tooMany: boolean;
}

/** Follows junctions to the nodes behind them. Linear in the result, whose size is counted first. */
export function resolveJunctions(junctions: ReadonlyMap<string, Junction>): ResolvedJunctions {
  const edges = [...junctions.values()].flatMap(({ id, sources }) =>
    sources.flatMap(({ node, port }) =>
      junctions.has(node) ? { source: node, sourcePort: port, target: id, targetPort: '' } : [],
    ),
  );
  const { order, cycles } = topologicalOrder([...junctions.keys()].sort(), edges);
  const resolved = new Map<string, Resolved>();
  let left = maxFeeds;
  for (const id of order) {
    const { sources = [], broken = false } = junctions.get(id) ?? {};
    const parts = sources.map(
      (source) => resolved.get(source.node) ?? { feeds: [source], broken: false },
    );
    left -= parts.reduce((sum, { feeds }) => sum + feeds.length, 0);
    if (left < 0) return { resolved, cycles, tooMany: true };
    resolved.set(id, {
      feeds: parts.flatMap(({ feeds }) => feeds),
      broken: broken || parts.some((part) => part.broken),
    });
  }
  // On or below a cycle: reported, and without output.
  for (const id of junctions.keys()) {
    if (!resolved.has(id)) resolved.set(id, { feeds: [], broken: true });
  }
  return { resolved, cycles, tooMany: false };
}
