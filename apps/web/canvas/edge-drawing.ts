import { connect, disconnect, type Edge, type Graph } from '@graft/graph';
import type { Connection, Edge as FlowEdge, FinalConnectionState, Handle } from '@xyflow/react';
import { fitting } from '../palette/fitting-types.ts';
import { useDocument } from '../state/document-store.ts';
import { useScreen, type PendingEdge } from '../state/screen-store.ts';
import { acceptingPort, edgeBetween, portRefusal } from './port-refusal.ts';
import { canvasPlace } from './viewport.ts';

export function portOf(handle: Pick<Handle, 'nodeId' | 'id' | 'type'>): PendingEdge {
  return { node: handle.nodeId, port: handle.id ?? '', side: handle.type };
}

/** The edge whose end is being moved: it takes no port while it is. */
let moving: Edge | undefined;

export function moveEnd(edge: Edge | undefined): void {
  moving = edge;
}

export function graphWhileDrawing(): Graph {
  const { graph } = useDocument.getState();
  return moving === undefined ? graph : disconnect(graph, moving);
}

export function drawEdge(from: PendingEdge, to: PendingEdge): void {
  const { graph, edit } = useDocument.getState();
  const edge = edgeBetween(from, to);
  if (edge !== undefined && portRefusal(graph, from, to) === undefined)
    edit((before) => connect(before, edge));
}

export function connectionEnds(connection: Connection | FlowEdge): [PendingEdge, PendingEdge] {
  return [
    { node: connection.source, port: connection.sourceHandle ?? '', side: 'source' },
    { node: connection.target, port: connection.targetHandle ?? '', side: 'target' },
  ];
}

/** Where an edge was let go: on a port, on a node, or on empty canvas. */
export function endDrawing(event: MouseEvent | TouchEvent, state: FinalConnectionState): void {
  useScreen.getState().drawFrom(null);
  if (state.fromHandle === null || state.isValid === true) return;
  const from = portOf(state.fromHandle);
  const { graph } = useDocument.getState();
  if (state.toHandle !== null) {
    const message = portRefusal(graph, from, portOf(state.toHandle));
    if (message !== undefined) useScreen.getState().notify({ tone: 'info', message });
    return;
  }
  const point = 'changedTouches' in event ? event.changedTouches[0] : event;
  if (point === undefined) return;
  const under = document.elementFromPoint(point.clientX, point.clientY);
  const node = under?.closest('.react-flow__node')?.getAttribute('data-id');
  if (typeof node === 'string') {
    const to = acceptingPort(graph, from, node);
    if (to !== undefined) drawEdge(from, to);
    else if (node !== from.node) {
      useScreen
        .getState()
        .notify({ tone: 'info', message: `No port of "${node}" takes what ${from.port} carries.` });
    }
    return;
  }
  const onPane = under?.matches('.react-flow__pane, .react-flow__pane *') === true;
  if (onPane && fitting(from).length > 0) {
    const at = canvasPlace({ x: point.clientX, y: point.clientY });
    useScreen.getState().show({ openEnd: { from, at }, commandMenu: true });
  }
}
