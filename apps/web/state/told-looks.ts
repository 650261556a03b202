import type { Graph, GraphBody, GraphNode, NodeFacts, NodeLook, ToldLooks } from '@graft/graph';

interface Told {
  readonly look: NodeLook;
  readonly facts: NodeFacts;
}

/** By parameters and type: these stay the same object while a node gets another title or place, and a look is made of them. */
const told = new WeakMap<GraphNode['params'], ReadonlyMap<string, Told>>();

/** Takes over what the server told of the nodes of a file, for as long as the node types have not come. */
export function takeLooks(graph: Graph, { looks, nodes }: ToldLooks): void {
  const bodies: [string, GraphBody][] = Object.entries({ '': graph, ...graph.graphs });
  for (const [body, { nodes: own }] of bodies) {
    const ofBody = Object.hasOwn(nodes, body) ? nodes[body] : undefined;
    if (ofBody === undefined) continue;
    for (const [id, { type, params }] of Object.entries(own)) {
      const node = Object.hasOwn(ofBody, id) ? ofBody[id] : undefined;
      const look = node === undefined ? undefined : looks[node.look];
      if (node === undefined || look === undefined) continue;
      told.set(params, new Map([[type, { look, facts: node.facts }]]));
    }
  }
}

/** What the server told of a node; undefined where it told nothing, as of an unknown type. */
export function toldOf({ type, params }: Pick<GraphNode, 'type' | 'params'>): Told | undefined {
  return told.get(params)?.get(type);
}
