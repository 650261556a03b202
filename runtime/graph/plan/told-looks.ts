import { migrateAll } from '../format/migrate-graph.ts';
import type { Graph } from '../format/graph.ts';
import type { GraphBody } from '../format/graph-body.ts';
import { factsOf, plainLook, type NodeFacts, type NodeLook } from '../types/node-look.ts';
import type { NodeType } from '../types/node-type.ts';
import { shapedType } from '../types/shaped-type.ts';
import { GraphLibrary, type LibraryContext } from './graph-library.ts';

/** What the nodes of a file look like, for a canvas that has no node types yet. Plain data. */
export interface ToldLooks {
  /** Each once, however many nodes look so. */
  readonly looks: readonly NodeLook[];
  /** By subgraph, `''` for the file's own nodes, and by node. Nodes of unknown types have none. */
  readonly nodes: Readonly<Record<string, Readonly<Record<string, ToldNode>>>>;
}
export interface ToldNode {
  /** Index of its look. */
  readonly look: number;
  /** None where its parameters are wrong. */
  readonly facts: NodeFacts;
}

/**
 * Tells what the nodes of a file look like. Undefined where the file was written with older node types: it is migrated before
 * it is shown, and whoever does that has the types.
 */
export function tellLooks(graph: Graph, context: LibraryContext): ToldLooks | undefined {
  const { registry } = context;
  if (migrateAll(graph, registry).graph !== graph) return undefined;
  const library = new GraphLibrary(graph, context);
  const interfaces = library.lookup(library.root);
  const looks: NodeLook[] = [];
  const known = new Map<NodeType, number>();
  const told = ({ nodes }: GraphBody): Record<string, ToldNode> => {
    const entries = Object.entries(nodes).flatMap(([id, { type, params }]) => {
      const definition = registry.get(type);
      if (definition === undefined) return [];
      const shaped = shapedType(definition, params, interfaces);
      const look = known.get(shaped) ?? looks.push(plainLook(shaped)) - 1;
      known.set(shaped, look);
      return [[id, { look, facts: factsOf(shaped, params) ?? [] }] as const];
    });
    return Object.fromEntries(entries);
  };
  const bodies = Object.entries({ '': graph, ...graph.graphs });
  return { looks, nodes: Object.fromEntries(bodies.map(([id, body]) => [id, told(body)])) };
}
