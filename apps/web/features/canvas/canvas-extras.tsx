import { useEffect, useSyncExternalStore } from 'react';
import { listenForLongPress } from '../../kit/long-press.ts';
import { cellOrder, portRefusal } from '@graft/view';
import { useScreen, useDocument } from '../../kit/stores.ts';
import type { OverviewStore } from './overview.tsx';
import { useReadingOrder } from './flow-nodes.ts';
import { limitZoom, type ZoomStore } from './least-zoom.ts';
import { liftPointed } from './lift-pointed.ts';
import { part } from '../../kit/part.tsx';
import { CardRemedies } from '../../kit/slots.ts';
import type { ConnectionState } from '@xyflow/react';
import { portOf } from './edge-drawing.ts';

const Overview = part(() => import('./overview.tsx').then((loaded) => loaded.Overview));

export interface ConnectionStore {
  getState(): { readonly connection: ConnectionState };
  subscribe(changed: () => void): () => void;
}

/** Why the port under the pointer refuses the edge. Imports nothing from React Flow: the bundler would split it. */
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

/** The most nodes to put in order: more would delay every edit. */
const mostRead = 400;

/**
 * Puts nodes into reading order for Tab and screen readers, with edges after them; React Flow puts edges first. The
 * z-order of layers is independent of it.
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

/** Parts of the canvas that the first screen does not need. */
export function CanvasExtras(props: {
  readonly flow: ZoomStore & ConnectionStore & OverviewStore;
}) {
  const { flow } = props;
  const seen = useScreen((state) => state.seen);
  useEffect(() => limitZoom(flow), [flow]);
  useReadInOrder();
  useEffect(listenForLongPress, []);
  useEffect(() => {
    const frame = document.querySelector('.react-flow')?.parentElement;
    return frame ? liftPointed(frame) : undefined;
  }, []);
  return (
    <>
      <RefusalHint flow={flow} />
      {seen ? <CardRemedies /> : null}
      {seen ? <Overview flow={flow} /> : null}
    </>
  );
}
