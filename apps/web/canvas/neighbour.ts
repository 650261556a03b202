import type { Graph } from '@graft/graph';

type Drawn = Pick<Graph, 'nodes' | 'edges' | 'layout'>;

/**
 * The node that one goes on to when another is gone: one that fed it, else one that it fed, else the nearest. `before` is the
 * graph that still had it; undefined where no node is left.
 */
export function neighbourOf(
  gone: string,
  before: Drawn,
  left: Readonly<Record<string, unknown>>,
): string | undefined {
  const isLeft = (id: string): boolean => Object.hasOwn(left, id);
  const feeding = before.edges.find(({ source, target }) => target === gone && isLeft(source));
  if (feeding !== undefined) return feeding.source;
  const fed = before.edges.find(({ source, target }) => source === gone && isLeft(target));
  if (fed !== undefined) return fed.target;
  const from = before.layout[gone] ?? { x: 0, y: 0 };
  const distance = (id: string): number => {
    const { x, y } = before.layout[id] ?? { x: 0, y: 0 };
    return Math.hypot(x - from.x, y - from.y);
  };
  return Object.keys(before.nodes)
    .filter(isLeft)
    .reduce<string | undefined>(
      (best, id) => (best === undefined || distance(id) < distance(best) ? id : best),
      undefined,
    );
}
