import { disconnect, type Edge, type Graph } from '@graft/graph';
import type { Connection, Edge as FlowEdge, FinalConnectionState, Handle } from '@xyflow/react';
import { fitting } from '../palette/fitting-types.ts';
import { loadRules } from '../state/checks.ts';
import { useDocument } from '../state/document-store.ts';
import { withNodeTypes } from '../state/registry.ts';
import { useScreen, type PendingEdge } from '../state/screen-store.ts';
import { ends } from './edge-ends.ts';
import { edgeAt } from './insert-on-edge.ts';
import { acceptingPort, connectInPlace, edgeBetween, portRefusal } from './port-refusal.ts';
import { canvasPlace } from './viewport.ts';

export function portOf(handle: Pick<Handle, 'nodeId' | 'id' | 'type'>): PendingEdge {
  return { node: handle.nodeId, port: handle.id ?? '', side: handle.type };
}

/** The edge whose end is being moved: it takes no port while it is. */
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

export async function drawEdge(from: PendingEdge, to: PendingEdge): Promise<void> {
  await loadRules();
  const { shown, edit } = useDocument.getState();
  const edge = edgeBetween(from, to);
  if (edge !== undefined && portRefusal(shown, from, to) === undefined)
    edit((before) => connectInPlace(before, edge));
}

/** The edge that ends in an input: pulling at the port pulls it off. */
function edgeInto({ node, port, side }: PendingEdge): Edge | undefined {
  if (side === 'source') return undefined;
  const into = useDocument
    .getState()
    .shown.edges.filter((edge) => edge.target === node && edge.targetPort === port);
  return into.length === 1 ? into[0] : undefined;
}

const sourceOf = (edge: Edge): PendingEdge => ({
  node: edge.source,
  port: edge.sourcePort,
  side: 'source',
});

/** Draws from a port. From an input that is taken, its edge comes along, and may be let go elsewhere. */
export function beginDrawing(from: PendingEdge): void {
  pulled = edgeInto(from);
  useScreen.getState().drawFrom(from);
}

/** Ends what was pulled off an input: on another input it goes there, on nothing it is gone. */
function endPulling(edge: Edge, to: PendingEdge | undefined): void {
  const { shown, edit } = useDocument.getState();
  const source = sourceOf(edge);
  if (to === undefined) return edit(() => disconnect(shown, edge));
  if (to.node === edge.target && to.port === edge.targetPort) return;
  const rest = disconnect(shown, edge);
  const moved = edgeBetween(source, to);
  const refusal = portRefusal(rest, source, to);
  if (moved !== undefined && refusal === undefined) edit(() => connectInPlace(rest, moved));
  else if (refusal !== undefined) useScreen.getState().notify({ tone: 'info', message: refusal });
}

/** Where the end of an edge was let go that was dragged off its port: on nothing, the edge is gone. */
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

/** An output takes the place of the one that an edge comes from; an input takes what the edge carries. */
function joinEdge(from: PendingEdge, crossed: Edge): void {
  const [source, target] = ends(crossed);
  const to = from.side === 'source' ? target : source;
  const message = portRefusal(useDocument.getState().shown, from, to);
  if (message === undefined) void drawEdge(from, to);
  else useScreen.getState().notify({ tone: 'info', message });
}

/** Where an edge was let go: on a port, on a node, on another edge, or on empty canvas. */
export function endDrawing(event: MouseEvent | TouchEvent, state: FinalConnectionState): void {
  useScreen.getState().drawFrom(null);
  const held = pulled;
  pulled = undefined;
  if (state.fromHandle === null || state.isValid === true) return;
  const from = portOf(state.fromHandle);
  if (held !== undefined && state.toHandle !== null && state.toHandle.type === 'target') {
    return endPulling(held, portOf(state.toHandle));
  }
  const { shown } = useDocument.getState();
  if (state.toHandle !== null) {
    const message = portRefusal(shown, from, portOf(state.toHandle));
    if (message !== undefined) useScreen.getState().notify({ tone: 'info', message });
    return;
  }
  const point = 'changedTouches' in event ? event.changedTouches[0] : event;
  if (point === undefined) return;
  const under = document.elementFromPoint(point.clientX, point.clientY);
  const node = under?.closest('.react-flow__node')?.getAttribute('data-id');
  if (typeof node === 'string') {
    const to = acceptingPort(shown, from, node);
    if (to !== undefined) void drawEdge(from, to);
    else if (node !== from.node) {
      useScreen
        .getState()
        .notify({ tone: 'info', message: `No port of "${node}" takes what ${from.port} carries.` });
    }
    return;
  }
  const crossed =
    held === undefined ? edgeAt(shown.edges, { x: point.clientX, y: point.clientY }) : undefined;
  if (crossed !== undefined) return joinEdge(from, crossed);
  const onPane = under?.matches('.react-flow__pane, .react-flow__pane *') === true;
  if (onPane && held !== undefined) return endPulling(held, undefined);
  if (!onPane) return;
  const at = canvasPlace({ x: point.clientX, y: point.clientY });
  withNodeTypes(() => {
    if (fitting(from).length === 0) return;
    useScreen.getState().show({ openEnd: { from, at }, commandMenu: true });
  });
}
