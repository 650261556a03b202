import { placeOfKey, type GraphBody } from '@graft/graph';

/**
 * The node that one goes on to when another, or a note or group, is gone: one that fed it, else one that it fed, else the nearest. `before` is the
 * graph that still had it; undefined where no node is left.
 */
export function neighbourOf(
  gone: string,
  before: GraphBody,
  left: Readonly<Record<string, unknown>>,
): string | undefined {
  const isLeft = (id: string): boolean => Object.hasOwn(left, id);
  const feeding = before.edges.find(({ source, target }) => target === gone && isLeft(source));
  if (feeding !== undefined) return feeding.source;
  const fed = before.edges.find(({ source, target }) => source === gone && isLeft(target));
  if (fed !== undefined) return fed.target;
  const from = placeOfKey(before, gone) ?? { x: 0, y: 0 };
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
