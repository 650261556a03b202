import { GraphError, type Problem } from '../base/errors.ts';
import { suggestion } from '../base/message-words.ts';
import type { Graph } from '../format/graph.ts';
import type { Plan } from '../format/plan.ts';
import type { ModelLookup } from '../rows/model.ts';
import type { Registry } from '../types/node-type.ts';
import type { GraphLookup } from './graph-library.ts';
import { nameInGraph } from './node-name.ts';
import { planPart, type ItemPart } from './item-part.ts';
import { pathWithoutRounds } from './loop-round.ts';
import { resolveGraph, type Resolution } from './resolve-graph.ts';

export interface PlanOptions {
  readonly models: ModelLookup;
  /** File name for locations, and base of relative paths of other graphs. */
  readonly file?: string;
  /** Graph files that the graph may use; default: none. */
  readonly graphs?: GraphLookup;
  /**
   * Plans only these nodes and what they need; problems elsewhere do not matter. Ids, paths (`retriever/embed`) or
   * `graph` nodes; a node within a loop selects the loop.
   */
  readonly only?: string | readonly string[];
  /** Replaces the seed of every seeded node. */
  readonly seed?: number;
  /**
   * Names of the inputs given from outside; `any`: everything that the graph lacks, for a plan that is only inspected.
   * They stay in the plan and never run.
   */
  readonly given?: ReadonlySet<string> | 'any';
  /** Limits some nodes to a part of their items. */
  readonly part?: ItemPart | undefined;
}

/**
 * Turns a graph into what runs; nothing else decides that. The plan is migrated, validated, expanded, with defaults,
 * facets and sources, in topological order. Throws a GraphError with all problems.
 */
export function planGraph(graph: Graph, registry: Registry, options: PlanOptions): Plan {
  const { only, part, given = new Set<string>(), ...context } = options;
  const resolution = resolveGraph(graph, {
    registry,
    ...(given === 'any' ? {} : { given }),
    ...context,
  });
  const { nodes, problems, aliases } =
    only === undefined || resolution.refused === true
      ? resolution
      : onlyWanted(resolution, [only].flat(), context.file);
  throwFirst(problems);
  const plan = { nodes, ...(aliases === undefined ? {} : { aliases }) };
  const nameOf = (path: string): string => nameInGraph(path, graph, { registry, ...context });
  return part === undefined ? plan : planPart(plan, part, { registry, nameOf, file: context.file });
}

function throwFirst(problems: readonly Problem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  const { code, message, location, audience } = first;
  throw new GraphError(code, message, { location, audience, problems });
}

/** The part of a graph that some nodes depend on, including themselves. */
function onlyWanted(
  resolution: Resolution,
  names: readonly string[],
  file: string | undefined,
): Omit<Resolution, 'flat'> {
  const { flat, loops, nodes, problems } = resolution;
  const named = names.flatMap((name) => namedNodes(resolution, name, file));
  const wanted = new Set(named);
  // Iterating a Set reaches entries added meanwhile.
  for (const id of wanted) for (const source of flat.above(id)) wanted.add(source);
  const wantedLoops = [...wanted].filter((id) => loops.has(id));
  const isWanted = (path: string): boolean =>
    wanted.has(path) || wantedLoops.some((id) => path.startsWith(`${id}/`));
  const places = new Set<string>();
  for (const id of wanted) places.add(placeKey(file, flat.locationOf(id) ?? { node: id }));
  for (const [path, body] of loops) {
    if (!isWanted(path)) continue;
    for (const id of body.ids) places.add(placeKey(file, body.locationOf(id) ?? { node: id }));
  }
  return {
    ...resolution,
    nodes: nodes.filter(({ id }) => wanted.has(id)),
    problems: problems.filter(({ location }) => {
      if (location.path !== undefined) return isWanted(location.path);
      return location.node === undefined || places.has(placeKey(file, location));
    }),
  };
}

function placeKey(
  root: string | undefined,
  { file = root, graph, node }: Problem['location'],
): string {
  return JSON.stringify([file, graph, node]);
}

/** A node within a loop selects the outermost loop around it, which runs as a whole. */
function namedNodes(
  { flat, loops }: Resolution,
  name: string,
  file: string | undefined,
): readonly string[] {
  const path = pathWithoutRounds(name);
  const around = [...loops].filter(([id]) => path.startsWith(`${id}/`));
  const within = around.some(([, body]) => body.named(path).length > 0);
  const outermost = around.map(([id]) => id).sort((a, b) => a.length - b.length)[0];
  const nodes = flat.named(within && outermost !== undefined ? outermost : name);
  if (nodes.length > 0) return nodes;
  const names = [flat, ...around.map(([, body]) => body)].flatMap((graph) => [...graph.names()]);
  throw new GraphError('unknown-node', `There is no node "${name}".${suggestion(name, names)}`, {
    location: { ...(file === undefined ? {} : { file }), node: name },
  });
}
