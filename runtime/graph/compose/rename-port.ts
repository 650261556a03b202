import { GraphError } from '../base/errors.ts';
import { namePattern } from '../base/name.ts';
import { own } from '../base/record.ts';
import { sortEdges, formatEdge } from '../format/edge.ts';
import type { Edge, Graph, GraphBody, GraphNode } from '../format/graph.ts';
import { usedGraph } from '../format/used-graphs.ts';
import { GraphLibrary } from '../plan/graph-library.ts';
import { renamedOutputs } from '../plan/rename-uses.ts';
import { setPrefix } from '../types/structure-nodes.ts';
import { interfaceName, namesParam } from '../types/structure-params.ts';
import { reorderEdgeLists } from './edge-lists.ts';
import { allBodies, bodyOf, withBody, type BodyId } from './graph-bodies.ts';
import type { ComposeContext } from './make-subgraph.ts';

/**
 * Gives what a graph takes or gives another name, and the edges at its uses in this file with it. Other files follow by
 * the former name that it keeps. Throws `bad-name` for what cannot be a name, `name-taken`, or `unknown-node`.
 */
export function renamePort(
  graph: Graph,
  port: { readonly at?: BodyId; readonly node: string; readonly name: string },
  context: ComposeContext,
): Graph {
  const body = bodyOf(graph, port.at);
  const node = own(body.nodes, port.node);
  const side = node === undefined ? undefined : context.registry.get(node.type)?.structure;
  if (node === undefined || (side !== 'input' && side !== 'output')) {
    const message = `"${port.node}" is no input or output of the graph.`;
    throw new GraphError('unknown-node', message, { location: { node: port.node } });
  }
  const before = interfaceName(port.node, node.params);
  if (port.name === before) return graph;
  const others = Object.entries(body.nodes).flatMap(([id, { type, params }]) =>
    type === node.type && id !== port.node ? interfaceName(id, params) : [],
  );
  requireFree(port.name, others);
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
    return reorderEdgeLists({ ...follows, edges }, moved, { registry: context.registry, graphs });
  });
}

/** Gives an exposed parameter another name, with what its uses in this file set. Throws as `renamePort` does. */
export function renameExposure(
  graph: Graph,
  exposure: { readonly at?: BodyId; readonly name: string },
  name: string,
): Graph {
  const body = bodyOf(graph, exposure.at);
  const { [exposure.name]: exposed, ...rest } = body.expose ?? {};
  if (exposed === undefined) {
    throw new GraphError('unknown-param', `The graph exposes no "${exposure.name}".`);
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
    const exposures = Object.entries(user.expose ?? {}).map(([key, one]) => {
      const follows = uses.has(one.node) && one.param === from;
      return [key, follows ? { ...one, param: to } : one] as const;
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

/** Edits each body that uses a subgraph of the file, with the nodes that do. */
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
  {
    side,
    before,
    after,
  }: { readonly side: 'input' | 'output'; readonly before: string; readonly after: string },
): Edge {
  if (side === 'input') {
    const meant = uses.has(edge.target) && edge.targetPort === before;
    return meant ? { ...edge, targetPort: after } : edge;
  }
  const meant = uses.has(edge.source) && edge.sourcePort === before;
  return meant ? { ...edge, sourcePort: after } : edge;
}

function formerlyOf(known: readonly string[], before: string, now: string): string[] {
  return [...new Set([...known, before])].filter((name) => name !== now);
}

function requireFree(name: string, others: readonly string[]): void {
  if (!namePattern.test(name)) {
    throw new GraphError(
      'bad-name',
      `${JSON.stringify(name.slice(0, 200))} cannot be a name. Use letters, digits, "-" and "_", beginning with a letter or digit.`,
    );
  }
  if (others.includes(name)) {
    throw new GraphError('name-taken', `There is another "${name}". Choose another name.`);
  }
}
