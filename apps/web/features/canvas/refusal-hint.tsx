import type { ConnectionState } from '@xyflow/react';
import { useSyncExternalStore } from 'react';
import { useDocument, useScreen } from '../../kit/stores.ts';
import { portOf } from './edge-drawing.ts';
import { portRefusal } from '@graft/view';

export interface ConnectionStore {
  getState(): { readonly connection: ConnectionState };
  subscribe(changed: () => void): () => void;
}

/** Why the port under the pointer does not take the edge. Nothing is imported from the renderer here: it would come in pieces then. */
export function RefusalHint({ flow }: { readonly flow: ConnectionStore }) {
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
