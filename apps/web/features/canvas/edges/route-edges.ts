import { routeAround, type Ends, type Obstacles, type Piece } from './route.ts';
import { curveIsFree, type Point } from './shapes.ts';

export type Routes = ReadonlyMap<string, readonly Point[]>;

/** The route of an edge from port to port through its bends; straight between stops that have no other. */
function routeThrough(
  ends: Ends,
  around: Obstacles,
  taken: readonly Piece[],
): readonly Point[] | undefined {
  const { from, to, via = [] } = ends;
  if (via.length === 0) return routeAround(ends, around, taken);
  const stops = [from, ...via, to];
  return stops.flatMap((stop, at) => {
    const before = stops[at - 1];
    if (before === undefined) return [stop];
    const isBare = { from: at > 1, to: at < stops.length - 1 };
    const leg = routeAround({ ...ends, from: before, to: stop, isBare }, around, taken);
    return leg?.slice(1) ?? [stop];
  });
}

/**
 * Routes for those edges whose plain curve would run behind a card or over the title of a group, and for those with bends.
 * Short edges choose first.
 */
export function routeEdges(edges: readonly Ends[], around: Obstacles): Routes {
  const boxes = [...around.cards, ...around.heads];
  const routes = new Map<string, readonly Point[]>();
  const taken: Piece[] = [];
  const length = ({ from, to }: Ends): number => Math.abs(from.x - to.x) + Math.abs(from.y - to.y);
  const blocked = edges.filter(
    ({ from, to, via = [] }) => via.length > 0 || !curveIsFree(from, to, boxes),
  );
  for (const ends of blocked.toSorted((a, b) => length(a) - length(b))) {
    const way = routeThrough(ends, around, taken);
    if (way === undefined) continue;
    routes.set(ends.id, way);
    for (const [at, b] of way.entries()) {
      const a = way[at - 1];
      if (a !== undefined) taken.push({ port: ends.port, a, b });
    }
  }
  return routes;
}

/** A route as an SVG path with rounded corners. */
export function roundedPath(points: readonly Point[], radius = 9): string {
  return points
    .map((point, at) => {
      const [before, after] = [points[at - 1], points[at + 1]];
      if (before === undefined) return `M${point.x} ${point.y}`;
      if (after === undefined) return `L${point.x} ${point.y}`;
      const size = Math.min(radius, distance(before, point) / 2, distance(point, after) / 2);
      const enter = towards(point, before, size);
      const leave = towards(point, after, size);
      return `L${enter.x} ${enter.y}Q${point.x} ${point.y} ${leave.x} ${leave.y}`;
    })
    .join('');
}

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

function towards(from: Point, to: Point, by: number): Point {
  const whole = distance(from, to) || 1;
  return { x: from.x + ((to.x - from.x) / whole) * by, y: from.y + ((to.y - from.y) / whole) * by };
}
