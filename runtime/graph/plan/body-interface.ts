import { z } from 'zod';
import { own, sortedKeys } from '../base/record.ts';
import type { Edge, Exposure, GraphBody } from '../format/graph.ts';
import { sortEdges } from '../format/edge.ts';
import type {
  GraphInterface,
  InterfaceInput,
  InterfaceLookup,
  InterfaceOutput,
  InterfaceParam,
} from '../types/graph-interface.ts';
import type { NodeType, Registry } from '../types/node-type.ts';
import type { PortType } from '../types/port-type.ts';
import { Anything } from '../types/port-types.ts';
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

/** What a body takes and gives. Of two parts with one name the first stands; validation reports the other. */
export function bodyInterface(body: GraphBody, context: InterfaceContext): GraphInterface {
  const inputs = new Map<string, InterfaceInput>();
  const outputs = new Map<string, InterfaceOutput>();
  let feeds: ReadonlyMap<string, Edge> | undefined;
  for (const node of sortedKeys(body.nodes)) {
    const { type = '', params = {} } = own(body.nodes, node) ?? {};
    const { structure } = context.registry.get(type) ?? {};
    if (structure !== 'input' && structure !== 'output') continue;
    const name = interfaceName(node, params);
    const said = {
      name,
      node,
      doc: textParam(params, 'doc'),
      formerly: namesParam(params, 'formerly'),
    };
    if (structure === 'output') {
      feeds ??= firstFeeds(body);
      const edge = feeds.get(node);
      if (!outputs.has(name)) outputs.set(name, { ...said, type: sourceType(body, edge, context) });
    } else if (!inputs.has(name)) {
      inputs.set(name, {
        ...said,
        type: portTypeParam(params),
        optional: own(params, 'optional') === true,
        many: own(params, 'many') === true,
      });
    }
  }
  const params = new Map<string, InterfaceParam>();
  for (const name of exposedNames(body, context)) {
    const exposure = own(body.expose ?? {}, name);
    const schema = exposure === undefined ? undefined : exposedSchema(body, exposure, context);
    if (exposure === undefined || schema === undefined) continue;
    const { node, param, formerly = [] } = exposure;
    params.set(name, { name, node, param, schema, formerly });
  }
  return { inputs, outputs, params };
}

/** The names of what a body exposes, sorted; but those of one node stand together, as its own form has them. */
function exposedNames(body: GraphBody, context: InterfaceContext): string[] {
  const { expose = {} } = body;
  const paramOf = (name: string): string => own(expose, name)?.param ?? '';
  const byNode = new Map<string, string[]>();
  for (const name of sortedKeys(expose)) {
    const node = own(expose, name)?.node ?? '';
    byNode.set(node, [...(byNode.get(node) ?? []), name]);
  }
  return [...byNode].flatMap(([node, names]) => {
    if (names.length === 1) return names;
    const fields = Object.keys(typeIn(body, node, context)?.params.shape ?? {});
    return names.sort((a, b) => fields.indexOf(paramOf(a)) - fields.indexOf(paramOf(b)));
  });
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

/** Undefined where it exposes nothing that is there. */
function exposedSchema(
  body: GraphBody,
  exposure: Exposure,
  context: InterfaceContext,
): z.ZodType | undefined {
  const { node, param, title, help } = exposure;
  const inner = own(typeIn(body, node, context)?.params.shape ?? {}, param);
  if (!(inner instanceof z.ZodType)) return undefined;
  // What a list has an entry for is an edge within.
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
