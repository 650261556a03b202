import type { NodeType, Registry } from '@graft/graph';
import { nodeTypes } from '../state/registry.ts';
import { inOrderOfWork } from './node-order.ts';

const known = new WeakMap<Registry, readonly NodeType[]>();

/** Every node type, in the order of work. Needs the node types. */
export function inOrder(): readonly NodeType[] {
  const registry = nodeTypes();
  const order = known.get(registry) ?? inOrderOfWork([...registry.values()]);
  known.set(registry, order);
  return order;
}
