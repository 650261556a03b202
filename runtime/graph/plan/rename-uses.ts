import { sameJson } from '../base/canonical-json.ts';
import { own } from '../base/record.ts';
import { carriedBends } from '../format/bends.ts';
import { formatEdge, sortEdges } from '../format/edge.ts';
import type { GraphBody, GraphNode } from '../format/graph-body.ts';
import {
  renamedPart,
  type GraphInterface,
  type InterfaceLookup,
} from '../types/graph-interface.ts';
import { usesGraph, type Registry } from '../types/node-type.ts';
import { setPrefix } from '../types/structure-names.ts';
import { textParam } from '../types/structure-params.ts';

/**
 * Updates a body to the current names of ports and exposed parameters that a used graph renamed (`formerly`); the same
 * object if nothing changes.
 */
export function renameUses<Body extends GraphBody>(
  body: Body,
  { registry, graphs }: { readonly registry: Registry; readonly graphs: InterfaceLookup },
): Body {
  const uses = new Map<string, GraphInterface>();
  let nodes: Record<string, GraphNode> | undefined;
  for (const id of Object.keys(body.nodes)) {
    const node = own(body.nodes, id);
    if (node === undefined || !usesGraph(registry.get(node.type) ?? {})) continue;
    const found = graphs(textParam(node.params, 'use'));
    if (found === undefined) continue;
    uses.set(id, found);
    const params = renamedParams(node.params, found);
    if (params !== node.params) (nodes ??= { ...body.nodes })[id] = { ...node, params };
  }
  if (uses.size === 0) return body;
  let changed = false;
  const moved = body.edges.map((edge) => {
    const was = formatEdge(edge);
    const output = renamedPart(uses.get(edge.source)?.outputs, edge.sourcePort);
    const input = renamedPart(uses.get(edge.target)?.inputs, edge.targetPort);
    if (output === undefined && input === undefined) return { edge, was };
    changed = true;
    const [sourcePort, targetPort] = [output?.name, input?.name];
    return {
      was,
      edge: {
        ...edge,
        sourcePort: sourcePort ?? edge.sourcePort,
        targetPort: targetPort ?? edge.targetPort,
      },
    };
  });
  if (!changed && nodes === undefined) return body;
  return {
    ...body,
    ...(nodes === undefined ? {} : { nodes }),
    ...(changed ? { edges: sortEdges(moved.map(({ edge }) => edge)) } : {}),
    ...(changed && body.bends !== undefined ? { bends: carriedBends(body, moved) } : {}),
  };
}

function renamedParams(
  params: GraphNode['params'],
  { params: exposed, outputs }: GraphInterface,
): GraphNode['params'] {
  return renamedSettings(
    renamedOutputs(params, (name) => renamedPart(outputs, name)?.name ?? name),
    exposed,
  );
}

/** Updates the output names in a loop's parameters to the current ones; the same object if nothing changes. */
export function renamedOutputs(
  params: GraphNode['params'],
  now: (name: string) => string,
): GraphNode['params'] {
  const state = own(params, 'while');
  const collect = own(params, 'collect');
  const next: Record<string, unknown> = {
    ...params,
    ...(typeof state === 'string' ? { while: now(state) } : {}),
    ...(Array.isArray(collect)
      ? { collect: collect.map((name: unknown) => (typeof name === 'string' ? now(name) : name)) }
      : {}),
  };
  return sameJson(next, params) ? params : next;
}

function renamedSettings(
  params: GraphNode['params'],
  exposed: GraphInterface['params'],
): GraphNode['params'] {
  const renames = Object.keys(params).flatMap((key) => {
    if (!key.startsWith(setPrefix)) return [];
    const today = renamedPart(exposed, key.slice(setPrefix.length));
    const to = today === undefined ? undefined : `${setPrefix}${today.name}`;
    return to === undefined || Object.hasOwn(params, to) ? [] : [[key, to] as const];
  });
  if (renames.length === 0) return params;
  const next: Record<string, unknown> = { ...params };
  for (const [from, to] of renames) {
    next[to] = own(params, from);
    delete next[from];
  }
  return next;
}
