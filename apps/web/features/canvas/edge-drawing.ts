import { disconnect, type Edge, type Graph } from '@graft/graph';
import type { Connection, Edge as FlowEdge, FinalConnectionState, Handle } from '@xyflow/react';
import { useDocument, useScreen } from '../../kit/stores.ts';
import type { PendingEdge } from '@graft/view';
import { dropConnection } from './drop-connection.ts';

export function portOf(handle: Pick<Handle, 'nodeId' | 'id' | 'type'>): PendingEdge {
  return { node: handle.nodeId, port: handle.id ?? '', side: handle.type };
}

/** The edge whose end is being moved; meanwhile its port counts as free. */
let moving: Edge | undefined;
/** The edge of the input that is being drawn from. */
let pulled: Edge | undefined;

export function moveEnd(edge: Edge | undefined): void {
  moving = edge;
}

export function graphWhileDrawing(): Graph {
  const { shown } = useDocument.getState();
  return moving === undefined ? shown : disconnect(shown, moving);
}

/** The edge into an input, which a drag from that port moves. */
function edgeInto({ node, port, side }: PendingEdge): Edge | undefined {
  if (side === 'source') return undefined;
  const into = useDocument
    .getState()
    .shown.edges.filter((edge) => edge.target === node && edge.targetPort === port);
  return into.length === 1 ? into[0] : undefined;
}

/** Starts an edge at a port. From a connected input, moves the end of its edge instead. */
export function beginDrawing(from: PendingEdge): void {
  pulled = edgeInto(from);
  useScreen.getState().drawFrom(from);
}

/** Ends moving an edge: dropped on nothing, the edge is deleted. */
export function endMoving(edge: Edge | undefined, state: FinalConnectionState): void {
  moveEnd(undefined);
  if (edge === undefined || state.isValid === true || state.toHandle !== null) return;
  useDocument.getState().edit((graph) => disconnect(graph, edge));
}

export function connectionEnds(connection: Connection | FlowEdge): [PendingEdge, PendingEdge] {
  return [
    { node: connection.source, port: connection.sourceHandle ?? '', side: 'source' },
    { node: connection.target, port: connection.targetHandle ?? '', side: 'target' },
  ];
}

/** Ends drawing an edge where the pointer was released. */
export function endDrawing(event: MouseEvent | TouchEvent, state: FinalConnectionState): void {
  useScreen.getState().drawFrom(null);
  const held = pulled;
  pulled = undefined;
  if (state.fromHandle === null || state.isValid === true) return;
  const from = portOf(state.fromHandle);
  const to = state.toHandle === null ? undefined : portOf(state.toHandle);
  const point = 'changedTouches' in event ? event.changedTouches[0] : event;
  const at = point === undefined ? undefined : { x: point.clientX, y: point.clientY };
  dropConnection({ from, to, at, held });
}
