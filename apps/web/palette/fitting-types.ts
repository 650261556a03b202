import type { NodeType } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { useDocument } from '../state/document-store.ts';
import type { PendingEdge } from '../state/screen-store.ts';
import { inOrder } from './node-order.ts';

/** Node types that an edge from this port can go to. */
export function fitting(from: PendingEdge): readonly NodeType[] {
  const node = useDocument.getState().graph.nodes[from.node];
  const own = registry.get(node?.type ?? '');
  const port = from.side === 'source' ? own?.outputs[from.port] : own?.inputs[from.port];
  if (port === undefined) return inOrder;
  return inOrder.filter(({ inputs, outputs }) =>
    Object.values(from.side === 'source' ? inputs : outputs).some(
      ({ type }) => type.id === port.type.id,
    ),
  );
}
