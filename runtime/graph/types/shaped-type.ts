import { noGraphs, type InterfaceLookup } from './graph-interface.ts';
import type { NodeType } from './node-type.ts';

type Params = Readonly<Record<string, unknown>>;
interface Shaped {
  readonly definition: NodeType;
  readonly graphs: InterfaceLookup;
  readonly type: NodeType;
}
/** Params are replaced, never changed, so what was made of them holds. */
const shapes = new WeakMap<Params, Shaped>();

/**
 * A node type with the ports and parameters that a node of it has: the definition itself for most, which have the same
 * whatever their parameters. `params` are those of the file. Everything that asks for a node's ports asks here.
 */
export function shapedType(
  definition: NodeType,
  params: Params,
  graphs: InterfaceLookup = noGraphs,
): NodeType {
  if (definition.ports === undefined && definition.paramsFor === undefined) return definition;
  const known = shapes.get(params);
  if (known?.definition === definition && known.graphs === graphs) return known.type;
  const type: NodeType = {
    ...definition,
    ...definition.ports?.(params, graphs),
    title: definition.titleFor?.(params) ?? definition.title,
    ...(definition.paramsFor === undefined ? {} : { params: definition.paramsFor(params, graphs) }),
  };
  shapes.set(params, { definition, graphs, type });
  return type;
}
