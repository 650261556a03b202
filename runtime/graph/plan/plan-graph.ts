import { GraphError } from '../base/errors.ts';
import type { Graph, Plan } from '../format/graph.ts';
import type { ModelLookup } from '../types/model.ts';
import { suggestion } from '../base/nearest.ts';
import type { Registry } from '../types/node-type.ts';
import { resolveGraph } from './resolve-graph.ts';

export interface PlanOptions {
  readonly models: ModelLookup;
  /** For locations. */
  readonly file?: string;
  /** Only this node, or these, and what they need; problems elsewhere do not matter. */
  readonly only?: string | readonly string[];
  /** For every seeded node, instead of its own. */
  readonly seed?: number;
}

/**
 * The one function from a graph to what runs: migrated, validated, defaults filled in, facets and sources
 * known, in topological order. Throws a GraphError that holds all problems.
 */
export function planGraph(graph: Graph, registry: Registry, options: PlanOptions): Plan {
  const { only, ...context } = options;
  const wanted = only === undefined ? graph : withAncestors(graph, only, context.file);
  const { nodes, problems } = resolveGraph(wanted, { registry, ...context });
  const [first] = problems;
  if (first === undefined) return { nodes };
  throw new GraphError(first.code, first.message, {
    location: first.location,
    audience: first.audience,
    problems,
  });
}

/** The part of a graph that some nodes depend on, themselves included. */
function withAncestors(
  graph: Graph,
  only: string | readonly string[],
  file: string | undefined,
): Graph {
  const ids = typeof only === 'string' ? [only] : only;
  for (const id of ids) {
    if (Object.hasOwn(graph.nodes, id)) continue;
    throw new GraphError(
      'unknown-node',
      `There is no node "${id}".${suggestion(id, Object.keys(graph.nodes))}`,
      { location: { ...(file === undefined ? {} : { file }), node: id } },
    );
  }
  const sources = new Map<string, string[]>();
  for (const { source, target } of graph.edges) {
    const list = sources.get(target);
    if (list === undefined) sources.set(target, [source]);
    else list.push(source);
  }
  const wanted = new Set(ids);
  // A Set's iteration reaches what is added on the way.
  for (const at of wanted) for (const source of sources.get(at) ?? []) wanted.add(source);
  return {
    ...graph,
    nodes: Object.fromEntries(Object.entries(graph.nodes).filter(([node]) => wanted.has(node))),
    edges: graph.edges.filter(({ target }) => wanted.has(target)),
  };
}
