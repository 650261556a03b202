import type { NodeType } from '@graft/graph';
import { useDocument } from '../state/stores.ts';
import type { PendingEdge } from '../state/screen-store.ts';
import { inOrder } from './node-order.ts';
import { shapeOf } from '../state/node-shape.ts';

/** Node types that an edge from this port can go to. */
export function fitting(from: PendingEdge): readonly NodeType[] {
  const node = useDocument.getState().shown.nodes[from.node];
  const own = shapeOf(node);
  const port = from.side === 'source' ? own?.outputs[from.port] : own?.inputs[from.port];
  if (port === undefined) return inOrder();
  return inOrder().filter(({ inputs, outputs }) =>
    Object.values(from.side === 'source' ? inputs : outputs).some(
      ({ type }) => type.id === port.type.id,
    ),
  );
}
