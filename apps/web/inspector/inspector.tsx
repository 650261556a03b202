import { lazy, Suspense } from 'react';
import { afterNodeTypes } from '../state/registry.ts';
import { useScreen } from '../state/screen-store.ts';
import { GraphSummary } from './graph-summary.tsx';

/** Loaded when a node is first selected. */
const NodeInspector = lazy(() =>
  afterNodeTypes(import('./node-inspector.tsx')).then((part) => ({ default: part.NodeInspector })),
);

const SeveralSelected = lazy(() =>
  import('./several-selected.tsx').then((part) => ({ default: part.SeveralSelected })),
);

/** The selected node: parameters, output, logs, and what its type does. */
export function Inspector() {
  const selection = useScreen((state) => state.selection);
  const [only] = selection;
  return (
    <div className="flex h-full min-h-0 flex-col bg-panel" data-testid="inspector">
      {only === undefined ? (
        <GraphSummary />
      ) : (
        <Suspense>
          {selection.length > 1 ? (
            <SeveralSelected count={selection.length} />
          ) : (
            <NodeInspector id={only} />
          )}
        </Suspense>
      )}
    </div>
  );
}
