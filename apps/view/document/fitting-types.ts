import type { NodeType } from '@graft/graph';
import { documentStore } from './document-store.ts';
import type { PendingEdge } from '../screen/screen-store.ts';
import { inOrder } from './node-order.ts';
import { shapeOf } from './node-shape.ts';

/** Node types that an edge from this port can go to. */
export function fitting(from: PendingEdge): readonly NodeType[] {
  const node = documentStore.getState().shown.nodes[from.node];
  const own = shapeOf(node);
  const port = from.side === 'source' ? own?.outputs[from.port] : own?.inputs[from.port];
  if (port === undefined) return inOrder();
  return inOrder().filter(({ inputs, outputs }) =>
    Object.values(from.side === 'source' ? inputs : outputs).some(
      ({ type }) => type.id === port.type.id,
    ),
  );
}
