import { noGraphs, type InterfaceLookup } from './graph-interface.ts';
import type { NodeType } from './node-type.ts';

type Params = Readonly<Record<string, unknown>>;
interface Shaped {
  readonly definition: NodeType;
  readonly graphs: InterfaceLookup;
  readonly type: NodeType;
}
/** Params are replaced, never mutated, so derived values stay valid. */
const shapes = new WeakMap<Params, Shaped>();

/**
 * A node type with the ports and parameters of one of its nodes: mostly the definition itself. `params` are those of
 * the file. Everything that needs a node's ports asks here.
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
