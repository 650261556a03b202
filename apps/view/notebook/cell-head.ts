import type { Family, GraphNode, NodeType } from '@graft/graph';
import { titleByLook } from '../document/default-title.ts';

/** What a cell says first of its node, in the notebook and in a report of a run alike. */
export interface CellHead {
  readonly title: string;
  /** Its type's family; absent for a type that this version does not know. */
  readonly group?: Family;
  /** Switched off. */
  readonly off: boolean;
}

export function cellHead(
  id: string,
  node: Pick<GraphNode, 'type' | 'title' | 'params' | 'bypass'>,
  definition: Pick<NodeType, 'title' | 'titleFor' | 'structure' | 'group'> | undefined,
): CellHead {
  return {
    title: node.title ?? titleByLook(id, node, definition),
    ...(definition === undefined ? {} : { group: definition.group }),
    off: node.bypass === true,
  };
}
