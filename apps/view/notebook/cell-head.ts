import {
  paramCounts,
  paramFields,
  sameJson,
  type Family,
  type GraphNode,
  type NodeType,
} from '@graft/graph';
import { titleByLook } from '../document/node-titles.ts';

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

/**
 * The parameters that count and differ from their defaults; all of them where the type is unknown. A graph drawn on the
 * page writes defaults too.
 */
export function changedParams(
  params: GraphNode['params'],
  definition: Pick<NodeType, 'params' | 'when'> | undefined,
): GraphNode['params'] {
  if (definition === undefined) return params;
  const defaults = new Map(paramFields(definition).map((field) => [field.name, field.default]));
  const valuesOf = (name: string): readonly unknown[] => [params[name] ?? defaults.get(name)];
  return Object.fromEntries(
    Object.entries(params).filter(
      ([name, value]) =>
        !sameJson(value, defaults.get(name)) && paramCounts(definition, name, valuesOf),
    ),
  );
}
