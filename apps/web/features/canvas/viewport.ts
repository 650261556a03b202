import type { Frame, Graph, NodeLayout } from '@graft/graph';
import type { Node as FlowNode, ReactFlowInstance, Viewport } from '@xyflow/react';
import { nodeHeight, nodeWidth } from '@graft/view';

/** The size of the canvas on the screen, in pixels. */
export interface Room {
  readonly width: number;
  readonly height: number;
}

let flow: ReactFlowInstance | undefined;
let frame: HTMLElement | undefined;
/** Where all of the graph was fitted to last, and the room that it had. */
let fitted: { readonly view: Viewport; readonly room: Room } | undefined;

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

/** All of the graph, clear of the tools at the lower edge; of a huge one too. `duration` in ms. */
export async function fitAll(duration = 120): Promise<void> {
  const padding = { top: '28px', left: '28px', right: '28px', bottom: '60px' } as const;
  await flow?.fitView({ padding, minZoom: 0.02, maxZoom: 1, duration });
  if (flow === undefined || frame === undefined) return;
  const { clientWidth: width, clientHeight: height } = frame;
  fitted = { view: flow.getViewport(), room: { width, height } };
}

/** The room that all of the graph was fitted into; undefined where somebody has moved the view since. */
export function roomAsFitted(): Room | undefined {
  const now = flow?.getViewport();
  if (now === undefined || fitted === undefined) return undefined;
  const { x, y, zoom } = fitted.view;
  return now.x === x && now.y === y && now.zoom === zoom ? fitted.room : undefined;
}

export function showView(view: Viewport): void {
  void flow?.setViewport(view);
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
