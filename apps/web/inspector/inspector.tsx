import { isNodeKey } from '@graft/graph';
import { afterNodeTypes } from '../state/registry.ts';
import { useScreen } from '../state/screen-store.ts';
import { GraphSummary } from './graph-summary.tsx';
import { part } from '../shell/part.tsx';

/** Loaded when a node is first selected. */
const NodeInspector = part(() =>
  afterNodeTypes(import('./node-inspector.tsx')).then((loaded) => loaded.NodeInspector),
);

const SeveralSelected = part(() =>
  import('./several-selected.tsx').then((loaded) => loaded.SeveralSelected),
);

/** The selected node: parameters, output, logs, and what its type does. */
export function Inspector() {
  const selection = useScreen((state) => state.selection);
  const nodes = selection.filter(isNodeKey);
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
