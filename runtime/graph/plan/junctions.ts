import { topologicalOrder } from './topological-order.ts';
import type { Feed } from '../format/edge.ts';

/** A node that is taken out: what comes in goes out. */
export interface Junction {
  readonly id: string;
  /** What it is fed from, in order: nodes that stay, and other junctions. */
  readonly sources: readonly Feed[];
  /** Something is wrong with what feeds it, and has been reported. */
  readonly broken: boolean;
}

/** What a junction stands for. */
interface Resolved {
  readonly feeds: readonly Feed[];
  readonly broken: boolean;
}

/** Edges that an expansion may have through junctions: each may stand for many. */
const maxFeeds = 1_000_000;

export interface ResolvedJunctions {
  readonly resolved: ReadonlyMap<string, Resolved>;
  /** Junctions that lead to each other. */
  readonly cycles: readonly (readonly string[])[];
  /** More edges than are planned. */
  readonly tooMany: boolean;
}

/** Follows junctions to the nodes behind them. Linear in what comes out, which is counted before it is made. */
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
  // On or below a circle: reported, and nothing comes out of them.
  for (const id of junctions.keys()) {
    if (!resolved.has(id)) resolved.set(id, { feeds: [], broken: true });
  }
  return { resolved, cycles, tooMany: false };
}
