import { GraphError } from '../base/errors.ts';
import { own } from '../base/record.ts';
import type { Feed, Plan, PlannedNode } from '../format/graph.ts';
import type { Registry } from '../types/node-type.ts';
import { rowTypeIds } from '../types/port-types.ts';
import { shapedType } from '../types/shaped-type.ts';
import { authoredLocation } from './authored-location.ts';

/** A part of the items that some nodes are of: the items of a smaller share are within those of a larger one. */
export interface ItemPart {
  /** Nodes of the plan whose rows are of items, as those of metrics are. */
  readonly of: readonly string[];
  /** Above 0, below 1; at least `fewestItems` are taken. */
  readonly share: number;
}

interface Against {
  readonly registry: Registry;
  readonly file?: string | undefined;
}

/** The node type that takes a part of its rows. */
const samplingType = 'sample-rows';
/** Fewer tell nothing: it takes ten questions that differ to drop a variant of a race. */
const fewestItems = 10;

/**
 * A plan in which some nodes are given a part of their items. The rows that the items come from are sampled as far up as
 * each node in between gives rows of the rows that it takes, and nothing else needs them whole: what is trained on stays
 * as it is. Throws `bad-input`, located, where the items cannot be cut.
 */
export function planPart(plan: Plan, { of, share }: ItemPart, against: Against): Plan {
  const byId = new Map(plan.nodes.map((node) => [node.id, node]));
  requireItems(of, byId, against);
  const cut = nodesOfItems(plan, new Set(of));
  const samples = new Map<string, PlannedNode>();
  const sampled = (feed: Feed): Feed => {
    const upstream = byId.get(feed.node);
    if (cut.has(feed.node) || upstream === undefined) return feed;
    const id = `${feed.node}.${feed.port}~part`;
    if (!samples.has(id)) {
      samples.set(id, samplingNode(upstream, { port: feed.port, id, share }, against));
    }
    return { node: id, port: 'rows' };
  };
  const fed = plan.nodes.map((node): PlannedNode => {
    if (!cut.has(node.id)) return node;
    const ports = itemPorts(node);
    const inputs = Object.entries(node.inputs).map(([port, feeds]) => [
      port,
      ports.includes(port) ? feeds.map(sampled) : feeds,
    ]);
    return { ...node, inputs: Object.fromEntries(inputs) };
  });
  const below = (id: string): PlannedNode[] =>
    [...samples.values()].filter(({ inputs }) => inputs['rows']?.[0]?.node === id);
  return { ...plan, nodes: fed.flatMap((node) => [node, ...below(node.id)]) };
}

/** The fed input ports whose rows a node's rows are of. */
function itemPorts({ definition: { items, outputs }, inputs }: PlannedNode): readonly string[] {
  const named =
    typeof items?.over === 'string'
      ? [items.over]
      : Object.values(outputs).flatMap(({ itemsOf = [] }) => itemsOf);
  return [...new Set(named)].filter((port) => (own(inputs, port) ?? []).length > 0);
}

function requireItems(
  of: readonly string[],
  byId: ReadonlyMap<string, PlannedNode>,
  { file }: Against,
): void {
  for (const id of of) {
    const node = byId.get(id);
    if (node !== undefined && itemPorts(node).length > 0) continue;
    const type = node === undefined ? 'it' : `"${node.definition.type}"`;
    throw new GraphError(
      'bad-input',
      `"${id}" cannot be given a part of its items: ${type} does not say of which input its rows are, as nodes that score items one by one do.`,
      { location: node === undefined ? { node: id } : authoredLocation(node, file) },
    );
  }
}

/** Those nodes and the ones above them that give rows of items to no one else. */
function nodesOfItems(plan: Plan, of: ReadonlySet<string>): ReadonlySet<string> {
  const cut = new Set<string>();
  /** Nodes that something needs whole. */
  const whole = new Set<string>();
  for (const node of plan.nodes.toReversed()) {
    const ports = itemPorts(node);
    if (of.has(node.id) || (ports.length > 0 && !whole.has(node.id))) cut.add(node.id);
    for (const [port, feeds] of Object.entries(node.inputs)) {
      if (cut.has(node.id) && ports.includes(port)) continue;
      for (const feed of feeds) whole.add(feed.node);
    }
  }
  return cut;
}

function samplingNode(
  upstream: PlannedNode,
  { port, id, share }: { readonly port: string; readonly id: string; readonly share: number },
  { registry, file }: Against,
): PlannedNode {
  const definition = registry.get(samplingType);
  const type = own(upstream.definition.outputs, port)?.type.id ?? '';
  if (definition === undefined || !rowTypeIds.includes(type)) {
    const why =
      definition === undefined
        ? `the node type "${samplingType}" is not installed`
        : `${type} are no rows of text`;
    const location = { ...authoredLocation(upstream, file), port };
    throw new GraphError('bad-input', `No part can be taken of its items: ${why}.`, { location });
  }
  const params = definition.params.parse({ type, share, least: fewestItems });
  const facets = { rows: own(upstream.outputFacets, port) ?? {} };
  return {
    ...(upstream.place === undefined ? {} : { place: upstream.place }),
    ...{ id, params, sources: [], inputFacets: facets, outputFacets: facets },
    definition: shapedType(definition, params),
    inputs: { rows: [{ node: upstream.id, port }] },
  };
}
