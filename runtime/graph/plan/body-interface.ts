import { z } from 'zod';
import { own, sortedKeys } from '../base/record.ts';
import type { Exposure, GraphBody } from '../format/graph-body.ts';
import { type Edge, sortEdges } from '../format/edge.ts';
import type {
  GraphInterface,
  InterfaceInput,
  InterfaceLookup,
  InterfaceOutput,
  InterfaceParam,
} from '../types/graph-interface.ts';
import type { NodeType, Registry } from '../types/node-type.ts';
import type { PortType } from '../rows/port-type.ts';
import { Anything } from '../rows/port-types.ts';
import { shapedType } from '../types/shaped-type.ts';
import { namesParam, portTypeParam, textParam } from '../types/structure-params.ts';
import { interfaceName } from '../types/structure-names.ts';

export interface InterfaceContext {
  readonly registry: Registry;
  readonly graphs: InterfaceLookup;
}

/** The type of a node of a body, with the ports and parameters of that node. */
export function typeIn(
  body: GraphBody,
  id: string,
  { registry, graphs }: InterfaceContext,
): NodeType | undefined {
  const node = own(body.nodes, id);
  const definition = node === undefined ? undefined : registry.get(node.type);
  return node === undefined || definition === undefined
    ? undefined
    : shapedType(definition, node.params, graphs);
}

/** Inputs and outputs of a body. Of two parts with one name the first counts; validation reports the other. */
export function bodyInterface(body: GraphBody, context: InterfaceContext): GraphInterface {
  const inputs = new Map<string, InterfaceInput>();
  const outputs = new Map<string, InterfaceOutput>();
  let feeds: ReadonlyMap<string, Edge> | undefined;
  for (const node of sortedKeys(body.nodes)) {
    const { type = '', params = {} } = own(body.nodes, node) ?? {};
    const { structure } = context.registry.get(type) ?? {};
    if (structure !== 'input' && structure !== 'output') continue;
    const name = interfaceName(node, params);
    const port = {
      name,
      node,
      doc: textParam(params, 'doc'),
      formerly: namesParam(params, 'formerly'),
    };
    if (structure === 'output') {
      feeds ??= firstFeeds(body);
      const edge = feeds.get(node);
      if (!outputs.has(name)) outputs.set(name, { ...port, type: sourceType(body, edge, context) });
    } else if (!inputs.has(name)) {
      inputs.set(name, {
        ...port,
        type: portTypeParam(params),
        optional: own(params, 'optional') === true,
        many: own(params, 'many') === true,
      });
    }
  }
  return { inputs, outputs, params: exposedParams(body, context) };
}

/** Exposed parameters of a body, by name; those of one node stay together, in the order of its form. */
function exposedParams(body: GraphBody, context: InterfaceContext): Map<string, InterfaceParam> {
  const byNode = new Map<string, [name: string, exposure: Exposure][]>();
  for (const name of sortedKeys(body.expose ?? {})) {
    const exposure = own(body.expose ?? {}, name);
    if (exposure === undefined) continue;
    const exposed = byNode.get(exposure.node) ?? [];
    exposed.push([name, exposure]);
    byNode.set(exposure.node, exposed);
  }
  const params = new Map<string, InterfaceParam>();
  for (const [node, exposed] of byNode) {
    // Computed once for each node: a form may be as long as the graph's exposed parameters.
    const shape = typeIn(body, node, context)?.params.shape ?? {};
    const places = new Map(Object.keys(shape).map((param, at) => [param, at]));
    const place = ([, { param }]: readonly [string, Exposure]): number => places.get(param) ?? -1;
    for (const [name, exposure] of exposed.sort((a, b) => place(a) - place(b))) {
      const schema = exposedSchema(body, exposure, own(shape, exposure.param));
      if (schema === undefined) continue;
      const { param, formerly = [] } = exposure;
      params.set(name, { name, node, param, schema, formerly });
    }
  }
  return params;
}

/** The first edge into the value of each node, by node: an output has one. */
function firstFeeds(body: GraphBody): Map<string, Edge> {
  const feeds = new Map<string, Edge>();
  for (const edge of sortEdges(body.edges)) {
    if (edge.targetPort === 'value' && !feeds.has(edge.target)) feeds.set(edge.target, edge);
  }
  return feeds;
}

function sourceType(body: GraphBody, edge: Edge | undefined, context: InterfaceContext): PortType {
  const source = edge === undefined ? undefined : typeIn(body, edge.source, context);
  const port = edge === undefined ? undefined : own(source?.outputs ?? {}, edge.sourcePort);
  return port?.type ?? Anything;
}

/** The schema of an exposed parameter; undefined if the parameter does not exist. */
function exposedSchema(
  body: GraphBody,
  { node, param, title, help, ...exposure }: Exposure,
  inner: unknown,
): z.ZodType | undefined {
  if (!(inner instanceof z.ZodType)) return undefined;
  // The edges that such a list follows are inside the body.
  const { entryPerEdge: _within, ...meta } = inner.meta() ?? {};
  const fallback = exposure.default ?? own(own(body.nodes, node)?.params ?? {}, param);
  const schema =
    inner.safeParse(fallback).success && fallback !== undefined ? inner.default(fallback) : inner;
  return schema.meta({
    ...meta,
    title: title ?? meta.title ?? param,
    ...(help === undefined ? {} : { description: help }),
  });
}
