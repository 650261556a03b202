import type { Feed } from '../format/edge.ts';
import { type NamedNodes, pathName } from './node-name.ts';
import type { GraphNode } from '../format/graph-body.ts';
import type { InterfaceLookup } from '../types/graph-interface.ts';
import type { NodeType, Registry } from '../types/node-type.ts';
import { canFeed } from '../types/node-facets.ts';
import { portPhrase } from '../rows/port-type.ts';
import { shapedType } from '../types/shaped-type.ts';
import { parseParams } from './param-problems.ts';
import type { ProblemReport } from './problem-report.ts';

/** A node before planning: its type is known, its edges are being collected. */
export interface NodeDraft {
  readonly node: GraphNode;
  /** With the ports and parameters of this node. */
  readonly definition: NodeType;
  /** Undefined if they have problems. */
  readonly params: Readonly<Record<string, unknown>> | undefined;
  /** By input port, in the order of the edge strings. */
  readonly inputs: Record<string, { readonly node: string; readonly port: string }[]>;
  /** Inputs that have an edge, valid or not. */
  readonly meant: Set<string>;
}

/** Undefined, with the problem reported, if the node cannot run whatever is connected to it. */
export function draftNode(
  drawn: { readonly id: string; readonly node: GraphNode; readonly seed?: number | undefined },
  { registry, graphs }: { readonly registry: Registry; readonly graphs: InterfaceLookup },
  report: ProblemReport,
): NodeDraft | undefined {
  const { id, node, seed } = drawn;
  const known = registry.get(node.type);
  if (known === undefined) {
    report.add(
      'unknown-type',
      `There is no node type "${node.type}".${report.suggest(node.type, registry.keys())} Graft keeps the node, but cannot run it.`,
      { node: id },
    );
    return undefined;
  }
  if (node.version > known.version) {
    report.add(
      'newer-format',
      `The node has version ${node.version} of "${node.type}"; this Graft knows up to version ${known.version}. Update Graft.`,
      { node: id },
    );
    return undefined;
  }
  const definition = report.guard({ node: id }, () => shapedType(known, node.params, graphs));
  if (definition === undefined) return undefined;
  const { params, problems } = report.guard({ node: id }, () =>
    parseParams(definition, seededParams(node.params, definition, seed)),
  ) ?? { problems: [] };
  for (const { code, message, ...at } of problems) report.add(code, message, { node: id, ...at });
  const inputs: NodeDraft['inputs'] = {};
  for (const port of Object.keys(definition.inputs)) inputs[port] = [];
  return { node, definition, params, inputs, meant: new Set() };
}

/** A run's seed replaces that of each seeded node. */
export function seededParams(
  params: GraphNode['params'],
  definition: NodeType,
  seed: number | undefined,
): GraphNode['params'] {
  return seed === undefined || !takesSeed(definition) ? params : { ...params, seed };
}

/** A separate seed for each round under each seed of the run. A loop has at most a thousand rounds. */
export function seedOfRound(seed: number, round: unknown): number {
  return (seed * 1001 + Number(round)) % 2 ** 32;
}

/** Whether another seed changes a node's result. */
export function takesSeed({ caching, params }: NodeType): boolean {
  return caching === 'seeded' && Object.hasOwn(params.shape, 'seed');
}

/** Reports inputs with too many edges, and required inputs without one. */
export function checkInputs(
  drafts: ReadonlyMap<string, NodeDraft>,
  registry: Registry,
  report: ProblemReport,
): void {
  for (const [id, { definition, inputs, meant }] of drafts) {
    for (const [port, input] of Object.entries(definition.inputs)) {
      const feeds = inputs[port] ?? [];
      if (feeds.length > 1 && input.many !== true) {
        const from = feedsText(feeds, (node) => pathName(node, () => namedDrafts(drafts)));
        report.add(
          'too-many-edges',
          `This input takes one connection, but has ${feeds.length}, from ${from}. Keep one.`,
          { node: id, port },
        );
      } else if (input.optional !== true && !meant.has(port)) {
        report.add(
          'missing-input',
          `Nothing is connected to "${port}". Connect ${portPhrase(input.type)}${givers(registry, definition, port)}.`,
          { node: id, port },
        );
      }
    }
  }
}

/** Most node types to name as sources of a port type. */
const namedGivers = 3;

/**
 * `, for example from "Files"`: what to connect to an input. Prefers nodes that produce the type over those that pass
 * it on, its first output over others, and nodes that need few inputs. Empty if no node type produces it.
 */
function givers(registry: Registry, taker: NodeType, port: string): string {
  const type = taker.inputs[port]?.type.id;
  const has = (ports: NodeType['inputs'] | NodeType['outputs']): boolean =>
    Object.values(ports).some((port) => port.type.id === type);
  const distance = ({ inputs, outputs }: NodeType): number => {
    const isFirst = Object.values(outputs)[0]?.type.id === type;
    const needed = Object.values(inputs).filter(({ optional }) => optional !== true).length;
    return (has(inputs) ? 200 : 0) + (isFirst ? 0 : 100) + needed;
  };
  const named = [...registry.values()]
    .filter(
      ({ structure, outputs }) =>
        structure === undefined &&
        Object.values(outputs).some((output) => canFeed(output, taker, port)),
    )
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, namedGivers)
    .map(({ title }) => `"${title}"`);
  const last = named.pop();
  if (last === undefined) return '';
  return `, for example from ${named.length === 0 ? last : `${named.join(', ')} or ${last}`}`;
}

/** Nodes before planning, by their names for people. */
export function namedDrafts(drafts: ReadonlyMap<string, NodeDraft>): NamedNodes {
  const titleOf = (id: string): string | undefined => {
    const draft = drafts.get(id);
    return draft && (draft.node.title ?? draft.definition.title);
  };
  return { ids: [...drafts.keys()], titleOf };
}

/** Sources of edges, for a sentence: `"chunks" of “Chunk”`. */
export function feedsText(feeds: readonly Feed[], nameOf: (node: string) => string): string {
  return feeds.map(({ node, port }) => `"${port}" of ${nameOf(node)}`).join(' and ');
}
