import { formatEdge, setBends, type Bend } from '@graft/graph';
import { announce, type Card } from '@graft/view';
import { useDocument } from '../../kit/stores.ts';
import { obstaclesOf } from './routing/obstacles.ts';
import { routeEdges, type Routes } from './routing/route-edges.ts';
import { useRoutes } from './routing/routes.ts';
import { drawnFrames, groupFrames } from './drawn-frames.ts';
import { canvasPlace, zoomNow } from './viewport.ts';

/** The points that an edge is led through; none where it finds its way by itself. */
export const bendsAt = (edge: string): readonly Bend[] =>
  useDocument.getState().shown.bends?.[edge] ?? [];

const drawnEdge = (edge: string): Element | null =>
  document.querySelector(`.react-flow__edge[data-id="${CSS.escape(edge)}"]`);

/** Leads an edge through points: one step of the history, also where a key that moves one is held. */
export function bendEdge(edge: string, points: readonly Bend[], merge?: string): void {
  useDocument.getState().edit((graph) => setBends(graph, edge, points), merge);
}

/** Where an edge that is drawn begins and ends. */
function drawnEnds(edge: string): readonly Bend[] {
  const path = drawnEdge(edge)?.querySelector('.react-flow__edge-path');
  if (!(path instanceof SVGPathElement)) return [];
  return [path.getPointAtLength(0), path.getPointAtLength(path.getTotalLength())];
}

/**
 * Draws an edge as it would be led through points, until it is drawn anew. Gives back what takes that back. Where edges find
 * no way around cards, there being too many, it goes straight from point to point.
 */
export function previewBends(edge: string, via: readonly Bend[]): () => void {
  const { routes } = useRoutes.getState();
  const takeBack = (): void => useRoutes.setState({ routes });
  const way = routes.get(edge);
  const [from, to] = way === undefined ? drawnEnds(edge) : [way[0], way.at(-1)];
  if (from === undefined || to === undefined) return () => undefined;
  if (way === undefined) {
    useRoutes.setState({ routes: new Map([...routes, [edge, [from, ...via, to]]]) });
    return takeBack;
  }
  const { shown } = useDocument.getState();
  const drawn = (type: string) => (frame: Card) => ({ type, position: frame, measured: frame });
  const around = obstaclesOf([
    ...drawnFrames(shown).map(drawn('graph')),
    ...groupFrames(shown).map(drawn('frame')),
  ]);
  const own: Routes = routeEdges([{ id: edge, port: edge, from, to, via }], around);
  useRoutes.setState({ routes: new Map([...routes, ...own]) });
  return takeBack;
}

/** Pixels of the canvas between the points of an edge that are looked at. */
const lookEvery = 3;

/** Points along an edge as it is drawn; none where it is not drawn by itself. */
function drawnWay(edge: string): readonly Bend[] {
  const path = drawnEdge(edge)?.querySelector('.react-flow__edge-path');
  if (!(path instanceof SVGPathElement)) return [];
  const length = path.getTotalLength();
  return Array.from({ length: Math.ceil(length / lookEvery) }, (_, at) =>
    path.getPointAtLength(at * lookEvery),
  );
}

const apart = (a: Bend, b: Bend): number => Math.hypot(a.x - b.x, a.y - b.y);

/** Which of some points is the nearest. */
function nearest(points: readonly Bend[], to: Bend): number {
  const distances = points.map((point) => apart(point, to));
  return distances.indexOf(Math.min(...distances));
}

/** Goes on with the focus to a bend that is drawn some frames later. */
function focusBend(edge: string, at: number, patience = 30): void {
  const bend = drawnEdge(edge)?.querySelector<SVGElement>(`[data-bend="${String(at)}"]`);
  if (bend) bend.focus();
  else if (patience > 0) requestAnimationFrame(() => focusBend(edge, at, patience - 1));
}

/** Adds a bend to an edge where it runs nearest to a point of the window. */
export function addBendAt(edge: string, point: Bend): void {
  const { shown } = useDocument.getState();
  if (!shown.edges.some((one) => formatEdge(one) === edge)) return;
  const place = canvasPlace(point);
  const way = drawnWay(edge);
  const along = nearest(way, place);
  const before = bendsAt(edge);
  const found = before.findIndex((bend) => nearest(way, bend) > along);
  const at = found === -1 ? before.length : found;
  const { x, y } = way[along] ?? place;
  bendEdge(edge, before.toSpliced(at, 0, { x, y }));
  announce('Added a bend point. Arrow keys move it, Delete removes it.');
  focusBend(edge, at);
}

export function removeBend(edge: string, at: number): void {
  bendEdge(edge, bendsAt(edge).toSpliced(at, 1));
  announce('Removed the bend point.');
  const element = drawnEdge(edge);
  if (element instanceof SVGElement) element.focus();
}

export function removeBends(edge: string): void {
  bendEdge(edge, []);
  announce('Removed the bend points.');
}

/** Pixels of the window from a bend within which it is meant. */
const bendReach = 14;

/** The bend that is meant by a point of the window; undefined where none is near. */
export function bendNear(edge: string, point: Bend): number | undefined {
  const bends = bendsAt(edge);
  const place = canvasPlace(point);
  const at = nearest(bends, place);
  const bend = bends[at];
  return bend !== undefined && apart(bend, place) * zoomNow() <= bendReach ? at : undefined;
}
