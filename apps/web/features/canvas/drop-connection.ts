import { disconnect, type Edge } from '@graft/graph';
import {
  fitting,
  type PendingEdge,
  acceptingPort,
  connectInPlace,
  edgeBetween,
  portRefusal,
} from '@graft/view';
import { useDocument, useScreen } from '../../kit/stores.ts';

import { ends } from './edge-ends.ts';
import { edgeAt } from './insert-on-edge.ts';
import { canvasPlace } from './viewport.ts';

/** Draws an edge between two ports, where they take it. */
export function drawEdge(from: PendingEdge, to: PendingEdge): void {
  const { shown, edit } = useDocument.getState();
  const edge = edgeBetween(from, to);
  if (edge !== undefined && portRefusal(shown, from, to) === undefined)
    edit((before) => connectInPlace(before, edge));
}

/** Ends what was pulled off an input: on another input it goes there, on nothing it is gone. */
function endPulling(edge: Edge, to: PendingEdge | undefined): void {
  const { shown, edit } = useDocument.getState();
  const [source] = ends(edge);
  if (to === undefined) return edit(() => disconnect(shown, edge));
  if (to.node === edge.target && to.port === edge.targetPort) return;
  const rest = disconnect(shown, edge);
  const moved = edgeBetween(source, to);
  const refusal = portRefusal(rest, source, to);
  if (moved !== undefined && refusal === undefined) edit(() => connectInPlace(rest, moved));
  else if (refusal !== undefined) useScreen.getState().notify({ tone: 'info', message: refusal });
}

/** An output takes the place of the one that an edge comes from; an input takes what the edge carries. */
function joinEdge(from: PendingEdge, crossed: Edge): void {
  const [source, target] = ends(crossed);
  const to = from.side === 'source' ? target : source;
  const message = portRefusal(useDocument.getState().shown, from, to);
  if (message === undefined) drawEdge(from, to);
  else useScreen.getState().notify({ tone: 'info', message });
}

/** An edge that was drawn from a port. */
interface Drawn {
  readonly from: PendingEdge;
  /** The port that it was let go on, which does not take it. */
  readonly to: PendingEdge | undefined;
  /** In pixels of the window. */
  readonly at: { readonly x: number; readonly y: number } | undefined;
  /** The edge that was pulled off an input. */
  readonly held: Edge | undefined;
}

/** Where an edge was let go: on a port that does not take it, on a node, on another edge, or on empty canvas. */
export function dropConnection({ from, to, at, held }: Drawn): void {
  if (held !== undefined && to?.side === 'target') return endPulling(held, to);
  const { shown } = useDocument.getState();
  if (to !== undefined) {
    const message = portRefusal(shown, from, to);
    if (message !== undefined) useScreen.getState().notify({ tone: 'info', message });
    return;
  }
  if (at === undefined) return;
  const under = document.elementFromPoint(at.x, at.y);
  const node = under?.closest('.react-flow__node')?.getAttribute('data-id');
  if (typeof node === 'string') {
    const port = acceptingPort(shown, from, node);
    if (port !== undefined) drawEdge(from, port);
    else if (node !== from.node) {
      useScreen
        .getState()
        .notify({ tone: 'info', message: `No port of "${node}" accepts ${from.port}.` });
    }
    return;
  }
  const crossed = held === undefined ? edgeAt(shown.edges, at) : undefined;
  if (crossed !== undefined) return joinEdge(from, crossed);
  const onPane = under?.matches('.react-flow__pane, .react-flow__pane *') === true;
  if (onPane && held !== undefined) return endPulling(held, undefined);
  if (!onPane) return;
  if (fitting(from).length === 0) return;
  useScreen
    .getState()
    .show({ openEnd: { from, at: canvasPlace(at), over: at }, commandMenu: true });
}
