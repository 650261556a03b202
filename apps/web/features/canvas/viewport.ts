import type { Frame, Graph, NodeLayout } from '@graft/graph';
import type { Node as FlowNode, ReactFlowInstance, Viewport } from '@xyflow/react';
import { legibleZoom, nodeHeight, nodeWidth, type Card, type Size } from '@graft/view';

let flow: ReactFlowInstance | undefined;
let frame: HTMLElement | undefined;

/** The canvas says where it is, so that menus and keys can act on it. */
export function attachViewport(instance: ReactFlowInstance, element: HTMLElement): void {
  flow = instance;
  frame = element;
}

/** Ids of the edges that are selected. */
export function selectedEdges(): readonly string[] {
  return (flow?.getEdges() ?? []).flatMap(({ id, selected }) => (selected === true ? [id] : []));
}

export function unselectEdges(): void {
  for (const id of selectedEdges()) flow?.updateEdge(id, { selected: false });
}

/** The size of the canvas on the screen; undefined before it is there. */
export function roomNow(): Size | undefined {
  if (flow === undefined || frame === undefined) return undefined;
  const { clientWidth: width, clientHeight: height } = frame;
  return { width, height };
}

/** Cards, notes and groups as they are drawn. */
export function drawnBoxes(): readonly Card[] {
  return (flow?.getNodes() ?? []).flatMap(({ id, position, measured = {} }) => {
    const { width, height } = measured;
    if (width === undefined || height === undefined) return [];
    return [{ id, ...position, width, height }];
  });
}

/** Shows a view, after `duration` ms in which it comes. */
export async function moveTo(view: Viewport, duration = 0): Promise<void> {
  await flow?.setViewport(view, { duration });
}

export function showView(view: Viewport): void {
  void flow?.setViewport(view);
}

export const viewNow = (): Viewport | undefined => flow?.getViewport();

/** Moves what is drawn by pixels of the window. */
export function moveBy(right: number, down: number): void {
  const view = viewNow();
  if (view !== undefined) showView({ ...view, x: view.x + right, y: view.y + down });
}

export function fitNodes(ids: readonly string[]): void {
  if (ids.length === 0) return;
  const nodes = ids.map((id) => ({ id }));
  void flow?.fitView({ nodes, padding: 0.2, maxZoom: 1.4, duration: 120 });
}

export const zoomRange = { min: 0.02, max: 2 };

/** Where the zoom is going: keys come faster than it moves. */
let aim: number | undefined;

export function zoomTo(zoom: number): void {
  if (flow === undefined) return;
  const wanted = Math.min(zoomRange.max, Math.max(zoomRange.min, zoom));
  aim = wanted;
  void flow.zoomTo(wanted, { duration: 120 }).then(() => {
    if (aim === wanted) aim = undefined;
  });
}

export function zoomBy(factor: number): void {
  zoomTo((aim ?? flow?.getZoom() ?? 1) * factor);
}

/**
 * Scrolls just as far as brings a node wholly into view, and leaves the zoom as it is. By its place in the graph: a node that
 * was just added has not been measured yet.
 */
export function revealNode(graph: Graph, id: string): void {
  const at = graph.layout[id];
  if (flow === undefined || frame === undefined || at === undefined) return;
  const zoom = flow.getZoom();
  const height = nodeHeight(graph, id);
  const box = frame.getBoundingClientRect();
  const { x, y } = flow.flowToScreenPosition(at);
  const place = { left: x - box.left, top: y - box.top };
  const card = { ...place, width: nodeWidth * zoom, height: height * zoom };
  const { right, down } = shiftIntoSight(card, box);
  const view = flow.getViewport();
  if (right !== 0 || down !== 0)
    void flow.setViewport({ zoom, x: view.x + right, y: view.y + down }, { duration: 120 });
}

/** Shows a node that was looked for in the middle of the view, near enough to be read. */
export function findNode(graph: Graph, id: string): void {
  const at = graph.layout[id];
  if (flow === undefined || at === undefined) return;
  if (flow.getZoom() >= legibleZoom) return revealNode(graph, id);
  const [x, y] = [at.x + nodeWidth / 2, at.y + nodeHeight(graph, id) / 2];
  void flow.setCenter(x, y, { zoom: foundZoom, duration: 120 });
}

/** The zoom at which a found node is shown that was too small to be read. */
const foundZoom = 0.9;

/** The overview of a graph that is not all in sight, in the lower left corner of the canvas. */
export const overviewSize = { width: 148, height: 96 };
/** Pixels between it and the edges, and what keeps clear of it. */
const aroundOverview = 15;

interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** How far a card has to move to be wholly in a room, and not under the overview there. */
export function shiftIntoSight(
  { left, top, width, height }: Rectangle,
  room: Pick<Rectangle, 'width' | 'height'>,
): { readonly right: number; readonly down: number } {
  const right = missing(left, width, room.width);
  const down = missing(top, height, room.height);
  const clear = overviewSize.width + 2 * aroundOverview;
  const ceiling = room.height - overviewSize.height - 2 * aroundOverview;
  const under = top + down + height - ceiling;
  if (left + right >= clear || under <= 0) return { right, down };
  // Up, or where there is no room above, beside it.
  return top + down - under >= air ? { right, down: down - under } : { right: clear - left, down };
}

/** Pixels between what is brought into sight and the edge of the canvas. */
const air = 40;

/** How far something has to move to be in a room with some air; 0 where it is in it. What is too large begins in it. */
function missing(at: number, size: number, room: number): number {
  if (at >= 0 && at + size <= room) return 0;
  const last = room - size - air;
  return Math.max(air, Math.min(at, last)) - at;
}

/** The size of a card, measured, or as it will be drawn, near enough. */
export function cardSize(
  graph: Graph,
  id: string,
): { readonly width: number; readonly height: number } {
  const { width = nodeWidth, height = nodeHeight(graph, id) } = flow?.getNode(id)?.measured ?? {};
  return { width, height };
}

/** Where something stands and how large it is drawn; undefined where it is not. */
export function drawnFrame(key: string): Frame | undefined {
  const { position, measured } = flow?.getNode(key) ?? {};
  const { width, height } = measured ?? {};
  if (position === undefined || width === undefined || height === undefined) return undefined;
  return { ...position, width, height };
}

/** Draws something on the canvas otherwise, until its graph is drawn anew. */
export function drawAs(
  key: string,
  looks: Pick<Partial<FlowNode>, 'width' | 'height' | 'style'>,
): void {
  flow?.updateNode(key, looks);
}

export const zoomNow = (): number => flow?.getZoom() ?? 1;

/** Place on the canvas under a point of the screen. */
export function canvasPlace(point: NodeLayout): NodeLayout {
  return flow?.screenToFlowPosition(point) ?? { x: 0, y: 0 };
}

/** Where a card stands in the middle of the view. */
export function viewMiddle(): NodeLayout {
  const box = frame?.getBoundingClientRect();
  if (box === undefined) return { x: 0, y: 0 };
  return canvasPlace({
    x: box.left + box.width / 2 - nodeWidth / 2,
    y: box.top + box.height / 3,
  });
}
