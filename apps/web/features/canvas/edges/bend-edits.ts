import { formatEdge, setBends, type Bend } from '@graft/graph';
import { announce } from '@graft/view';
import { useDocument } from '../../../kit/stores.ts';
import { canvasPlace, zoomNow } from '../viewport.ts';

/** The bends of an edge. */
export const bendsAt = (edge: string): readonly Bend[] =>
  useDocument.getState().shown.bends?.[edge] ?? [];

const drawnEdge = (edge: string): Element | null =>
  document.querySelector(`.react-flow__edge[data-id="${CSS.escape(edge)}"]`);

/** Gives an edge its bends. Edits with the same `merge`, as of a key that is held, are one step of the history. */
export function bendEdge(edge: string, points: readonly Bend[], merge?: string): void {
  useDocument.getState().edit((graph) => setBends(graph, edge, points), merge);
}

/** Pixels of the canvas between two samples of an edge. */
const lookEvery = 3;

/** Points along an edge as it is drawn; none if it is only part of the far view's picture. */
function drawnWay(edge: string): readonly Bend[] {
  const path = drawnEdge(edge)?.querySelector('.react-flow__edge-path');
  if (!(path instanceof SVGPathElement)) return [];
  const length = path.getTotalLength();
  return Array.from({ length: Math.ceil(length / lookEvery) }, (_, at) =>
    path.getPointAtLength(at * lookEvery),
  );
}

const apart = (a: Bend, b: Bend): number => Math.hypot(a.x - b.x, a.y - b.y);

/** The index of the nearest point. */
function nearest(points: readonly Bend[], to: Bend): number {
  const distances = points.map((point) => apart(point, to));
  return distances.indexOf(Math.min(...distances));
}

/** Focuses a bend that is drawn some frames later. */
function focusBend(edge: string, at: number, patience = 30): void {
  const bend = drawnEdge(edge)?.querySelector<SVGElement>(`[data-bend="${String(at)}"]`);
  if (bend) bend.focus();
  else if (patience > 0) requestAnimationFrame(() => focusBend(edge, at, patience - 1));
}

/** Adds a bend to an edge, where it runs nearest to a point of the window. */
export function addBendAt(edge: string, point: Bend): void {
  const { shown } = useDocument.getState();
  if (!shown.edges.some((other) => formatEdge(other) === edge)) return;
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

/** Pixels of the window around a bend within which a press means it. */
const bendReach = 14;

/** The index of the bend near a point of the window, if any. */
export function bendNear(edge: string, point: Bend): number | undefined {
  const bends = bendsAt(edge);
  const place = canvasPlace(point);
  const at = nearest(bends, place);
  const bend = bends[at];
  return bend !== undefined && apart(bend, place) * zoomNow() <= bendReach ? at : undefined;
}
