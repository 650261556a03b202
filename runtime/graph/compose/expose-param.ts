import { sameJson } from '../base/canonical-json.ts';
import { GraphError } from '../base/errors.ts';
import { namePattern, freeId } from '../base/names.ts';
import { own } from '../base/record.ts';
import type { Graph } from '../format/graph.ts';
import type { Exposure, GraphBody, GraphNode } from '../format/graph-body.ts';
import { usedGraph } from '../format/used-graphs.ts';
import { isInterfaceParam } from '../plan/interface-problems.ts';
import type { NodeType } from '../types/node-type.ts';
import { roundParam, setPrefix } from '../types/structure-names.ts';
import { allBodies, bodyOf, withBody, type BodyId } from './graph-bodies.ts';

/** A parameter of a node in a body. */
export interface BodyParam {
  readonly at?: BodyId;
  readonly node: string;
  readonly param: string;
}

/** Whether a parameter may be exposed to users of the graph. Parameters that define the graph itself may not. */
export function canExpose(definition: NodeType, param: string): boolean {
  return !isInterfaceParam(definition, param) && Object.hasOwn(definition.params.shape, param);
}

/** The name under which a body exposes a parameter; undefined if it does not. */
export function exposedAs(
  { expose = {} }: GraphBody,
  { node, param }: Omit<BodyParam, 'at'>,
): string | undefined {
  const found = Object.entries(expose).find(
    ([, exposure]) => exposure.node === node && exposure.param === param,
  );
  return found?.[0];
}

/**
 * Exposes a parameter of a body under its own name, or prefixed with the node's if that is taken. An exposed parameter
 * stays as it is. Throws `unknown-node`.
 */
export function exposeParam(graph: Graph, at: BodyParam): Graph {
  const body = bodyOf(graph, at.at);
  if (!Object.hasOwn(body.nodes, at.node)) {
    throw new GraphError('unknown-node', `There is no node "${at.node}" in the graph.`, {
      location: { node: at.node },
    });
  }
  if (exposedAs(body, at) !== undefined) return graph;
  const { expose = {} } = body;
  const wanted = at.param.startsWith(setPrefix) ? at.param.slice(setPrefix.length) : at.param;
  // A loop would set a parameter of that name to the number of the round.
  const taken = (name: string): boolean =>
    name === roundParam || !namePattern.test(name) || Object.hasOwn(expose, name);
  const name = taken(wanted)
    ? freeId(`${at.node}-${wanted}`.replace(/[^\w-]/g, '-'), taken)
    : wanted;
  const exposure: Exposure = { node: at.node, param: at.param };
  return withBody(graph, at.at, { ...body, expose: { ...expose, [name]: exposure } });
}

/**
 * Stops exposing a parameter. Uses in this file no longer set it, and the graphs around them no longer expose it. If
 * all uses had set the same value, the node keeps it. Throws `unknown-param`.
 */
export function unexposeParam(
  graph: Graph,
  { at, name }: { readonly at?: BodyId; readonly name: string },
): Graph {
  const uses = usesOf(graph, at);
  const param = `${setPrefix}${name}`;
  let left = graph;
  for (const [user, node] of uses) {
    const outer = exposedAs(bodyOf(left, user), { node, param });
    if (outer !== undefined) left = unexposeParam(left, { at: user, name: outer });
  }
  const body = bodyOf(left, at);
  const { [name]: exposure, ...rest } = body.expose ?? {};
  if (exposure === undefined) {
    throw new GraphError('unknown-param', `The graph exposes no parameter "${name}".`);
  }
  const given = uses.map(([user, node]) => own(bodyOf(left, user).nodes, node)?.params[param]);
  const { expose: _expose, ...others } = body;
  left = withBody(left, at, {
    ...others,
    nodes: withOnlyValue(body, exposure, given),
    ...(Object.keys(rest).length === 0 ? {} : { expose: rest }),
  });
  for (const [user, node] of uses) {
    const using = bodyOf(left, user);
    const use = own(using.nodes, node);
    if (use === undefined) continue;
    const { [param]: _value, ...params } = use.params;
    const nodes = { ...using.nodes, [node]: { ...use, params } };
    left = withBody(left, user, { ...using, nodes });
  }
  return left;
}

/** The nodes of a file that use one of its subgraphs, each with its body. */
function usesOf(graph: Graph, used: BodyId): readonly (readonly [BodyId, string])[] {
  if (used === undefined) return [];
  return allBodies(graph).flatMap(([id, { nodes }]) =>
    Object.entries(nodes).flatMap(([node, user]) =>
      usedGraph(user) === `#${used}` ? [[id, node] as const] : [],
    ),
  );
}

/** The nodes of a body; the node behind an exposed parameter gets the value that every use sets, if they agree. */
function withOnlyValue(
  { nodes }: GraphBody,
  { node: id, param, default: standard }: Exposure,
  given: readonly unknown[],
): GraphBody['nodes'] {
  const node: GraphNode | undefined = own(nodes, id);
  const [value, ...others] =
    given.length === 0 ? [standard] : given.map((setting) => setting ?? standard);
  if (node === undefined || value === undefined) return nodes;
  if (others.some((other) => !sameJson(other, value))) return nodes;
  return { ...nodes, [id]: { ...node, params: { ...node.params, [param]: value } } };
}
