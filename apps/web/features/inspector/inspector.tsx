import { isNodeKey } from '@graft/graph';
import { useDocument, useScreen } from '../../kit/stores.ts';
import { GraphSummary } from './graph-summary.tsx';
import { useAfterPaint } from '../../kit/after-paint.ts';
import { part } from '../../kit/part.tsx';

const SeveralSelected = part(() =>
  import('./several-selected.tsx').then((loaded) => loaded.SeveralSelected),
);

/** Loaded when a node is first selected. */
const NodeInspector = part(() =>
  import('./node-inspector.tsx').then((loaded) => loaded.NodeInspector),
);

/** The selected nodes, one frame after they are seen as such on the canvas, unless those before are gone. */
function useInspected(): readonly string[] {
  const now = useScreen((state) => state.selection);
  const before = useAfterPaint(now);
  const isThere = useDocument(({ shown }) =>
    before.every((id) => !isNodeKey(id) || Object.hasOwn(shown.nodes, id)),
  );
  return isThere ? before : now;
}

/** The selected node: parameters, output, logs, and what its type does. */
export function Inspector() {
  const nodes = useInspected().filter(isNodeKey);
  const [only] = nodes;
  return (
    <div className="flex h-full min-h-0 flex-col bg-panel" data-testid="inspector">
      {only === undefined ? (
        <GraphSummary />
      ) : nodes.length > 1 ? (
        <SeveralSelected count={nodes.length} />
      ) : (
        <NodeInspector id={only} />
      )}
    </div>
  );
}
