import { lazy, Suspense } from 'react';
import { duplicateSelected, deleteSelected } from '../canvas/edit-actions.ts';
import { useScreen } from '../state/screen-store.ts';
import { GraphSummary } from './graph-summary.tsx';

/** Loaded when a node is first selected. */
const NodeInspector = lazy(() =>
  import('./node-inspector.tsx').then((part) => ({ default: part.NodeInspector })),
);

const makeSubgraph = (): void =>
  void import('../canvas/subgraph-edits.ts').then((edits) => edits.makeSubgraphOfSelection());

function SeveralSelected({ count }: { readonly count: number }) {
  return (
    <div className="px-4 py-3">
      <h2 className="text-lg font-[620] tracking-[-0.01em]">{count} nodes selected</h2>
      <div className="mt-3 flex flex-wrap gap-2">
        <button type="button" className="button small" onClick={makeSubgraph}>
          Make a subgraph
        </button>
        <button type="button" className="button small" onClick={duplicateSelected}>
          Duplicate
        </button>
        <button type="button" className="button small" onClick={deleteSelected}>
          Delete
        </button>
      </div>
    </div>
  );
}

/** The selected node: parameters, output, logs, and what its type does. */
export function Inspector() {
  const selection = useScreen((state) => state.selection);
  const [only] = selection;
  return (
    <aside
      aria-label="Inspector"
      className="flex h-full min-h-0 flex-col bg-panel"
      data-testid="inspector"
    >
      {only === undefined ? (
        <GraphSummary />
      ) : selection.length > 1 ? (
        <SeveralSelected count={selection.length} />
      ) : (
        <Suspense>
          <NodeInspector id={only} />
        </Suspense>
      )}
    </aside>
  );
}
