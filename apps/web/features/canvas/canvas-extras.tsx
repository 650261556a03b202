import { useEffect, useSyncExternalStore } from 'react';
import { listenForLongPress } from '../../kit/long-press.ts';
import { cellOrder, portRefusal } from '@graft/view';
import { useScreen, useDocument } from '../../kit/stores.ts';
import { useKeptInSight, type SightStore } from './keep-in-sight.ts';
import { Overview, type OverviewStore } from './overview.tsx';
import { useReadingOrder } from './flow-nodes.ts';
import { limitZoom, type ZoomStore } from './least-zoom.ts';
import { CardRemedies } from '../../kit/slots.ts';
import type { ConnectionState } from '@xyflow/react';
import { portOf } from './edge-drawing.ts';

export interface ConnectionStore {
  getState(): { readonly connection: ConnectionState };
  subscribe(changed: () => void): () => void;
}

/** Why the port under the pointer does not take the edge. Nothing is imported from the renderer here: it would come in pieces then. */
function RefusalHint({ flow }: { readonly flow: ConnectionStore }) {
  const target = useSyncExternalStore(flow.subscribe, () => {
    const { connection } = flow.getState();
    return connection.inProgress && connection.isValid === false ? connection.toHandle : null;
  });
  const from = useScreen((state) => state.pendingEdge);
  if (target === null || from === null) return null;
  const reason = portRefusal(useDocument.getState().shown, from, portOf(target));
  if (reason === undefined) return null;
  return (
    <div className="react-flow__panel bottom center">
      <p
        role="status"
        data-testid="refusal"
        className="max-w-[480px] rounded-[7px] border border-line-strong bg-panel px-3 py-1.5 shadow-(--shadow)"
      >
        {reason}
      </p>
    </div>
  );
}

/** Nodes that are put in order at most: with more of them each edit would wait for that. */
const mostRead = 400;

/**
 * Tab, and whoever hears the page read, comes to nodes in the order in which they are read, and to edges after them: the
 * renderer has these first. What is drawn behind what goes by layers of its own.
 */
function useReadInOrder(): void {
  useEffect(() => {
    const edges = document.querySelector('.react-flow__edges');
    edges?.parentElement?.append(edges);
    useReadingOrder.setState({
      order: (graph) => {
        const ids = Object.keys(graph.nodes);
        return ids.length > mostRead ? ids : cellOrder(graph);
      },
    });
  }, []);
}

/** What belongs to the canvas and nobody needs for its first sight. */
export function CanvasExtras(props: {
  readonly flow: ZoomStore & ConnectionStore & OverviewStore & SightStore;
}) {
  const { flow } = props;
  const seen = useScreen((state) => state.seen);
  useEffect(() => limitZoom(flow), [flow]);
  useKeptInSight(flow);
  useReadInOrder();
  useEffect(listenForLongPress, []);
  return (
    <>
      <RefusalHint flow={flow} />
      {seen ? <CardRemedies /> : null}
      <Overview flow={flow} />
    </>
  );
}
