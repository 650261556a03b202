import { GraphError } from '../base/errors.ts';
import { own } from '../base/record.ts';
import { type Plan, type PlannedNode, authoredLocation } from '../format/plan.ts';
import type { Feed } from '../format/edge.ts';
import type { Registry } from '../types/node-type.ts';
import { rowTypeIds } from '../types/port-type-list.ts';
import { shapedType } from '../types/shaped-type.ts';
import { cutItems, cutRefusal, type ItemCut, type NameOf } from './item-cut.ts';

/** The share of items that some nodes receive: a smaller share is a subset of a larger one. */
export interface ItemPart {
  /** Outputs of the plan whose rows are per item, such as metrics. */
  readonly of: readonly Feed[];
  /** Above 0, below 1; takes at least `fewestItems`. */
  readonly share: number;
}

interface Against {
  readonly registry: Registry;
  /** A node's name for people, by path. */
  readonly nameOf: NameOf;
  readonly file?: string | undefined;
}

/** The node type that samples its rows. */
const samplingType = 'sample-rows';
/** Fewer say nothing: dropping a variant of a race takes ten differing questions. */
const fewestItems = 10;

/**
 * Plans a share of the items for some nodes. Samples the rows behind the items as far up as every node in between maps
 * rows one by one and nothing else needs them whole: training data stay complete. Throws a located `bad-input` if the
 * items cannot be cut.
 */
export function planPart(plan: Plan, { of, share }: ItemPart, against: Against): Plan {
  const byId = new Map(plan.nodes.map((node) => [node.id, node]));
  const { ports: cut } = requireItems(plan, of, against);
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
    const ports = cut.get(node.id);
    if (ports === undefined) return node;
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

/** Outputs at which to cut. */
function requireItems(plan: Plan, of: readonly Feed[], { nameOf, file }: Against): ItemCut {
  const cut = cutItems(plan.nodes, of);
  const bare = of.find(({ node }) => !cut.ports.has(node));
  if (bare === undefined) return cut;
  const node = plan.nodes.find(({ id }) => id === bare.node);
  const why = node === undefined ? 'it does not run' : cutRefusal(node, bare.port, nameOf);
  const message = `${nameOf(bare.node)} cannot run on a part of its rows: ${why}.`;
  const location = node === undefined ? { node: bare.node } : authoredLocation(node, file);
  throw new GraphError('bad-input', message, { location });
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
        : `${type} are not rows of text`;
    const location = { ...authoredLocation(upstream, file), port };
    throw new GraphError('bad-input', `Graft cannot sample its rows: ${why}.`, {
      location,
    });
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
