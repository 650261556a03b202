import { GraphError } from '../base/errors.ts';
import { namePattern } from '../base/names.ts';
import { own } from '../base/record.ts';
import { bendsOf, carriedBends } from '../format/bends.ts';
import { sortEdges, formatEdge, type Edge } from '../format/edge.ts';
import type { Graph } from '../format/graph.ts';
import type { GraphBody, GraphNode } from '../format/graph-body.ts';
import { usedGraph } from '../format/used-graphs.ts';
import { GraphLibrary } from '../plan/graph-library.ts';
import { renamedOutputs } from '../plan/rename-uses.ts';
import { interfaceName, setPrefix } from '../types/structure-names.ts';
import { namesParam } from '../types/structure-params.ts';
import { reorderEdgeLists } from './edge-lists.ts';
import { allBodies, bodyOf, withBody, type BodyId } from './graph-bodies.ts';
import type { ComposeContext } from './make-subgraph.ts';

/** An input or output of a graph, and its new name. */
export interface PortRenaming {
  readonly at?: BodyId;
  /** Id of the `input` or `output` node. */
  readonly node: string;
  readonly name: string;
}

export interface RenamedPort {
  readonly graph: Graph;
  /** The renamed nodes: two if a loop passes this state from round to round, none if the name did not change. */
  readonly nodes: readonly string[];
}

/**
 * Renames an input or output of a graph, and the edges at its uses in this file. If a loop of this file runs the
 * subgraph, the input and output of that name are its state: both get the new name. Other files follow through the
 * former name, which the node keeps. Throws `bad-name`, `name-taken` or `unknown-node`.
 */
export function renamePort(graph: Graph, port: PortRenaming, context: ComposeContext): RenamedPort {
  const { side, before } = portOf(graph, port, context);
  if (port.name === before) return { graph, nodes: [] };
  const other = side === 'input' ? 'output' : 'input';
  const twin = isLoopBody(graph, port.at, context)
    ? portsOf(bodyOf(graph, port.at), other, context).find(({ name }) => name === before)
    : undefined;
  const nodes = [port.node, ...(twin === undefined ? [] : [twin.node])];
  const renamed = nodes.reduce(
    (edited, node) => renameSide(edited, { ...port, node }, context),
    graph,
  );
  return { graph: renamed, nodes };
}

type Side = 'input' | 'output';

function portOf(
  graph: Graph,
  port: PortRenaming,
  { registry }: ComposeContext,
): { readonly node: GraphNode; readonly side: Side; readonly before: string } {
  const node = own(bodyOf(graph, port.at).nodes, port.node);
  const side = node === undefined ? undefined : registry.get(node.type)?.structure;
  if (node === undefined || (side !== 'input' && side !== 'output')) {
    const message = `"${port.node}" is not an input or output of the graph.`;
    throw new GraphError('unknown-node', message, { location: { node: port.node } });
  }
  return { node, side, before: interfaceName(port.node, node.params) };
}

/** Inputs or outputs of a body. */
function portsOf(
  { nodes }: GraphBody,
  side: Side,
  { registry }: ComposeContext,
): readonly { readonly node: string; readonly name: string }[] {
  return Object.entries(nodes).flatMap(([node, { type, params }]) =>
    registry.get(type)?.structure === side ? { node, name: interfaceName(node, params) } : [],
  );
}

/** Whether a loop of the file runs one of its subgraphs. */
function isLoopBody(graph: Graph, at: BodyId, { registry }: ComposeContext): boolean {
  if (at === undefined) return false;
  return [...allBodies(graph)].some(([, { nodes }]) =>
    Object.values(nodes).some(
      (node) => usedGraph(node) === `#${at}` && registry.get(node.type)?.structure === 'repeat',
    ),
  );
}

function renameSide(graph: Graph, port: PortRenaming, context: ComposeContext): Graph {
  const { node, side, before } = portOf(graph, port, context);
  const body = bodyOf(graph, port.at);
  const others = portsOf(body, side, context).filter((other) => other.node !== port.node);
  requireFree(
    port.name,
    others.map(({ name }) => name),
  );
  const renamed: GraphNode = {
    ...node,
    params: {
      ...node.params,
      name: port.name,
      formerly: formerlyOf(namesParam(node.params, 'formerly'), before, port.name),
    },
  };
  const named = withBody(graph, port.at, {
    ...body,
    nodes: { ...body.nodes, [port.node]: renamed },
  });
  return eachUse(named, port.at, (user, uses, id) => {
    const moved = user.edges.map((edge) => ({
      was: formatEdge(edge),
      edge: renamedEdge(edge, uses, { side, before, after: port.name }),
    }));
    const edges = sortEdges(moved.map(({ edge }) => edge));
    const library = new GraphLibrary(named, context);
    const graphs = library.lookup({ ...library.root, graph: id, key: `edit ${id ?? ''}` });
    const follows = side === 'output' ? renamedLoops(user, uses, [before, port.name]) : user;
    const bends = bendsOf({ edges, bends: carriedBends(user, moved) });
    return reorderEdgeLists({ ...follows, edges, ...bends }, moved, {
      registry: context.registry,
      graphs,
    });
  });
}

/** Renames an exposed parameter, and the settings at its uses in this file. Throws as `renamePort` does. */
export function renameExposure(
  graph: Graph,
  exposure: { readonly at?: BodyId; readonly name: string },
  name: string,
): Graph {
  const body = bodyOf(graph, exposure.at);
  const { [exposure.name]: exposed, ...rest } = body.expose ?? {};
  if (exposed === undefined) {
    throw new GraphError('unknown-param', `The graph exposes no parameter "${exposure.name}".`);
  }
  if (name === exposure.name) return graph;
  requireFree(name, Object.keys(rest));
  const formerly = formerlyOf(exposed.formerly ?? [], exposure.name, name);
  const expose = { ...rest, [name]: { ...exposed, formerly } };
  const [from, to] = [`${setPrefix}${exposure.name}`, `${setPrefix}${name}`];
  return eachUse(withBody(graph, exposure.at, { ...body, expose }), exposure.at, (user, uses) => {
    const nodes = { ...user.nodes };
    for (const id of uses) {
      const node = own(nodes, id);
      if (node === undefined || !Object.hasOwn(node.params, from)) continue;
      const { [from]: value, ...params } = node.params;
      nodes[id] = { ...node, params: { ...params, [to]: value } };
    }
    const exposures = Object.entries(user.expose ?? {}).map(([key, exposure]) => {
      const follows = uses.has(exposure.node) && exposure.param === from;
      return [key, follows ? { ...exposure, param: to } : exposure] as const;
    });
    return {
      ...user,
      nodes,
      ...(user.expose === undefined ? {} : { expose: Object.fromEntries(exposures) }),
    };
  });
}

/** Loops name outputs of their graph. */
function renamedLoops(
  body: GraphBody,
  uses: ReadonlySet<string>,
  [before, after]: readonly [string, string],
): GraphBody {
  const nodes = { ...body.nodes };
  for (const id of uses) {
    const node = own(nodes, id);
    if (node === undefined) continue;
    nodes[id] = {
      ...node,
      params: renamedOutputs(node.params, (name) => (name === before ? after : name)),
    };
  }
  return { ...body, nodes };
}

/** Edits each body that uses a subgraph of the file; passes the nodes that use it. */
function eachUse(
  graph: Graph,
  used: BodyId,
  edit: (body: GraphBody, uses: ReadonlySet<string>, id: BodyId) => GraphBody,
): Graph {
  if (used === undefined) return graph;
  let edited = graph;
  for (const [id, body] of allBodies(graph)) {
    const uses = new Set(
      Object.entries(body.nodes).flatMap(([id, node]) =>
        usedGraph(node) === `#${used}` ? id : [],
      ),
    );
    if (uses.size > 0) edited = withBody(edited, id, edit(body, uses, id));
  }
  return edited;
}

function renamedEdge(
  edge: Edge,
  uses: ReadonlySet<string>,
  { side, before, after }: { readonly side: Side; readonly before: string; readonly after: string },
): Edge {
  if (side === 'input') {
    const isRenamed = uses.has(edge.target) && edge.targetPort === before;
    return isRenamed ? { ...edge, targetPort: after } : edge;
  }
  const isRenamed = uses.has(edge.source) && edge.sourcePort === before;
  return isRenamed ? { ...edge, sourcePort: after } : edge;
}

function formerlyOf(known: readonly string[], before: string, now: string): string[] {
  return [...new Set([...known, before])].filter((name) => name !== now);
}

function requireFree(name: string, others: readonly string[]): void {
  if (!namePattern.test(name)) {
    throw new GraphError(
      'bad-name',
      `${JSON.stringify(name.slice(0, 200))} is not a valid name. Use letters, digits, "-" and "_", and begin with a letter or digit.`,
    );
  }
  if (others.includes(name)) {
    throw new GraphError('name-taken', `The name "${name}" is taken. Choose another name.`);
  }
}
