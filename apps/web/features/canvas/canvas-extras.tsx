import { useEffect } from 'react';
import { listenForLongPress } from '../../kit/long-press.ts';
import { cellOrder } from '@graft/view';
import { useScreen } from '../../kit/stores.ts';
import { useKeptInSight, type SightStore } from './keep-in-sight.ts';
import { Overview, type OverviewStore } from './overview.tsx';
import { RefusalHint, type ConnectionStore } from './refusal-hint.tsx';
import { useReadingOrder } from './reading-order.ts';
import { limitZoom, type ZoomStore } from './least-zoom.ts';
import { CardRemedies } from '../../kit/slots.ts';

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
