import { GraphError } from '../base/errors.ts';
import { own } from '../base/record.ts';
import { carriedBends } from '../format/bends.ts';
import { formatEdge, sortEdges, type Edge } from '../format/edge.ts';
import type { Graph } from '../format/graph.ts';
import type { Exposure, GraphBody, GraphNode, NodeLayout } from '../format/graph-body.ts';
import { GraphLibrary } from '../plan/graph-library.ts';
import { interfaceName, setPrefix } from '../types/structure-names.ts';
import { textParam } from '../types/structure-params.ts';
import { broughtBends } from './bend-edges.ts';
import { bringAnnotations } from './bring-annotations.ts';
import { withoutKeys } from './keyed-annotations.ts';
import { reorderEdgeLists, type MovedEdge } from './edge-lists.ts';
import {
  allBodies,
  bodiesBelow,
  bodyOf,
  freeName,
  renamedUses,
  usedBodies,
  withBody,
  withoutBodies,
  type BodyId,
} from './graph-bodies.ts';
import type { ComposeContext } from './make-subgraph.ts';

/**
 * Replaces a node that uses a graph by the nodes of that graph. Writes the parameters that the use sets into them,
 * drops samples and nodes that only feed samples, takes notes and groups along, and removes a subgraph that nothing
 * uses any more. Throws `unknown-node`, or `bad-input` if the node uses no graph, the graph cannot be read, or the node
 * is bypassed.
 */
export function inlineSubgraph(
  graph: Graph,
  use: { readonly at?: BodyId; readonly node: string },
  context: ComposeContext,
): { readonly graph: Graph; readonly nodes: readonly string[] } {
  const outer = bodyOf(graph, use.at);
  const node = own(outer.nodes, use.node);
  const location = { node: use.node };
  if (node === undefined) {
    throw new GraphError('unknown-node', `There is no node "${use.node}".`, { location });
  }
  const structure = context.registry.get(node.type)?.structure;
  if (structure === 'repeat') {
    const why = 'It runs them many times; in its place, they would run only once.';
    throw new GraphError('bad-input', `A loop cannot be replaced by its nodes. ${why}`, {
      location,
    });
  }
  if (structure !== 'graph') {
    throw new GraphError('bad-input', 'This node is not a subgraph.', { location });
  }
  if (node.bypass === true) {
    throw new GraphError('bad-input', 'The node is switched off. Switch it on first.', {
      location,
    });
  }
  const library = new GraphLibrary(graph, context);
  const from = { file: context.file, graph: use.at };
  const found = library.find(textParam(node.params, 'use'), from);
  if (!('key' in found)) throw new GraphError(found.code, found.message, { location });
  const foreign = found.file !== context.file;
  const source = foreign && found.file !== undefined ? context.graphs?.(found.file) : graph;
  const copied =
    foreign && source !== undefined && !(source instanceof GraphError)
      ? copyBodies(graph, source, usedBodies(found.body))
      : { graph, renames: new Map<string, string>() };
  const inner = renamedUses(found.body, copied.renames);
  const placed = new Placement(outer, { id: use.node, node }, inner);
  const graphs = library.lookup({ ...from, key: `edit ${use.at ?? ''}` });
  const { registry } = context;
  const merged = reorderEdgeLists(placed.body(), placed.moved(), { registry, graphs });
  return {
    graph: withoutUnused(withBody(copied.graph, use.at, merged), found.graph, foreign),
    nodes: placed.ids(),
  };
}

/** Copies subgraphs of another file, with those that they use, into this one, under free names. */
function copyBodies(
  graph: Graph,
  from: Graph,
  ids: ReadonlySet<string>,
): { readonly graph: Graph; readonly renames: ReadonlyMap<string, string> } {
  const names = new Map<string, string>();
  for (const id of bodiesBelow(from, ids)) {
    if (own(from.graphs ?? {}, id) === undefined) continue;
    const taken = new Set(names.values());
    names.set(
      id,
      freeName(
        id,
        (candidate) => Object.hasOwn(graph.graphs ?? {}, candidate) || taken.has(candidate),
      ),
    );
  }
  const renames = new Map([...names].map(([id, to]) => [`#${id}`, `#${to}`]));
  const graphs = { ...graph.graphs };
  for (const [id, to] of names) graphs[to] = renamedUses(bodyOf(from, id), renames);
  return { graph: names.size === 0 ? graph : { ...graph, graphs }, renames };
}

function withoutUnused(graph: Graph, id: string | undefined, foreign: boolean): Graph {
  if (id === undefined || foreign) return graph;
  const used = allBodies(graph).some(([at, body]) => at !== id && usedBodies(body).has(id));
  return used ? graph : withoutBodies(graph, new Set([id]));
}

/** The nodes of a body, placed where a node used it. */
class Placement {
  readonly #outer: GraphBody;
  readonly #use: { readonly id: string; readonly node: GraphNode };
  readonly #inner: GraphBody;
  /** Edges of the body by target node. */
  readonly #into: ReadonlyMap<string, readonly Edge[]>;
  /** Edges into the use, by port. */
  readonly #feeds: ReadonlyMap<string, readonly Edge[]>;
  /** Exposed parameters of the body, by node. */
  readonly #exposed: ReadonlyMap<string, readonly (readonly [string, Exposure])[]>;
  /** New ids of the incoming nodes. */
  readonly #ids = new Map<string, string>();
  /** Ids of `input` and `output` nodes by name. */
  readonly #ports = { input: new Map<string, string>(), output: new Map<string, string>() };

  constructor(
    outer: GraphBody,
    use: { readonly id: string; readonly node: GraphNode },
    inner: GraphBody,
  ) {
    this.#outer = outer;
    this.#use = use;
    this.#inner = inner;
    this.#into = grouped(inner.edges, ({ target }) => target);
    this.#feeds = grouped(
      outer.edges.filter(({ target }) => target === use.id),
      ({ targetPort }) => targetPort,
    );
    this.#exposed = grouped(Object.entries(inner.expose ?? {}), ([, { node }]) => node);
    const dropped = this.#samples();
    const taken = new Set(Object.keys(outer.nodes).filter((id) => id !== use.id));
    for (const [id, { type, params }] of Object.entries(inner.nodes)) {
      if (type === 'input' || type === 'output') {
        const name = interfaceName(id, params);
        if (!this.#ports[type].has(name)) this.#ports[type].set(name, id);
        continue;
      }
      if (dropped.has(id)) continue;
      const free = freeName(id, (candidate) => taken.has(candidate));
      taken.add(free);
      this.#ids.set(id, free);
    }
  }

  ids(): readonly string[] {
    return [...this.#ids.values()];
  }

  body(): GraphBody {
    const nodes = new Map(Object.entries(this.#outer.nodes).filter(([id]) => id !== this.#use.id));
    const layout = new Map(
      Object.entries(this.#outer.layout).filter(([id]) => id !== this.#use.id),
    );
    const shift = this.#shift();
    for (const [id, to] of this.#ids) {
      nodes.set(to, this.#withSettings(id));
      const place = own(this.#inner.layout, id);
      if (place !== undefined) {
        layout.set(to, { ...place, x: place.x + shift.x, y: place.y + shift.y });
      }
    }
    const expose = this.#exposures();
    const { extra } = this.#outer;
    const brought = bringAnnotations(this.#inner, {
      ...{ nodes: this.#ids, shift },
      into: withoutKeys(this.#outer, new Set([this.#use.id])),
    });
    const moved = this.moved();
    const bends = broughtBends(this.#inner, { nodes: this.#ids, shift });
    const outside = [...this.#outside(), ...this.#entering()];
    return {
      nodes: Object.fromEntries(nodes),
      edges: sortEdges(moved.map(({ edge }) => edge)),
      ...(Object.keys(expose).length === 0 ? {} : { expose }),
      ...brought.annotations,
      layout: Object.fromEntries(layout),
      bends: { ...carriedBends(this.#outer, outside), ...bends },
      ...(extra === undefined ? {} : { extra }),
    };
  }

  #withSettings(id: string): GraphNode {
    const node = own(this.#inner.nodes, id) ?? { type: '', version: 1, params: {} };
    const params: Record<string, unknown> = { ...node.params };
    for (const [name, exposure] of this.#exposed.get(id) ?? []) {
      const value = own(this.#use.node.params, `${setPrefix}${name}`) ?? exposure.default;
      if (value !== undefined) params[exposure.param] = value;
    }
    return { ...node, params };
  }

  #exposures(): Record<string, Exposure> {
    const entries = Object.entries(this.#outer.expose ?? {}).flatMap(
      ([name, exposure]): [string, Exposure][] => {
        if (exposure.node !== this.#use.id) return [[name, exposure]];
        const inner = own(this.#inner.expose ?? {}, exposure.param.slice(setPrefix.length));
        const node = inner === undefined ? undefined : this.#ids.get(inner.node);
        return inner === undefined || node === undefined
          ? []
          : [[name, { ...exposure, node, param: inner.param }]];
      },
    );
    return Object.fromEntries(entries);
  }

  /** The new edges, with the old edges that they replace: on its side of the border each has one string. */
  moved(): MovedEdge[] {
    const inside = this.#inner.edges.flatMap((edge) => {
      const target = this.#ids.get(edge.target);
      if (target === undefined) return [];
      const was = formatEdge(edge);
      return this.#sources(edge).map(({ source, sourcePort }) => ({
        edge: { source, sourcePort, target, targetPort: edge.targetPort },
        was,
      }));
    });
    return [...inside, ...this.#outside()];
  }

  /** Of these, the edges that end outside. */
  #outside(): MovedEdge[] {
    return this.#outer.edges.flatMap((edge) => {
      if (edge.target === this.#use.id) return [];
      const was = formatEdge(edge);
      if (edge.source !== this.#use.id) return [{ edge, was }];
      const output = this.#ports.output.get(edge.sourcePort);
      return (this.#into.get(output ?? '') ?? [])
        .filter((feeding) => feeding.targetPort === 'value')
        .flatMap((feeding) => this.#sources(feeding))
        .map(({ source, sourcePort }) => ({ edge: { ...edge, source, sourcePort }, was }));
    });
  }

  /** Edges into the use whose port feeds exactly one place inside. */
  #entering(): MovedEdge[] {
    const places = grouped(
      this.#inner.edges.filter(({ target }) => this.#ids.has(target)),
      ({ source }) => this.#inputName(source),
    );
    return this.#outer.edges.flatMap((edge) => {
      if (edge.target !== this.#use.id) return [];
      const [place, ...others] = places.get(edge.targetPort) ?? [];
      const target = place && this.#ids.get(place.target);
      if (others.length > 0 || place === undefined || target === undefined) return [];
      return [{ edge: { ...edge, target, targetPort: place.targetPort }, was: formatEdge(edge) }];
    });
  }

  /** The outer sources behind an inner source. */
  #sources(edge: Edge): readonly Pick<Edge, 'source' | 'sourcePort'>[] {
    const id = this.#ids.get(edge.source);
    if (id !== undefined) return [{ source: id, sourcePort: edge.sourcePort }];
    const name = this.#inputName(edge.source);
    return name === undefined ? [] : (this.#feeds.get(name) ?? []);
  }

  /** The outer name of an inner node, if it is an input. */
  #inputName(id: string): string | undefined {
    const node = own(this.#inner.nodes, id);
    return node?.type === 'input' ? interfaceName(id, node.params) : undefined;
  }

  /** Nodes that only feed samples: all their edges lead there. */
  #samples(): ReadonlySet<string> {
    const { nodes, edges } = this.#inner;
    const isSample = ({ target, targetPort }: Edge): boolean =>
      own(nodes, target)?.type === 'input' && targetPort === 'sample';
    /** Number of edges out of each node that remain. */
    const wanted = new Map<string, number>();
    for (const { source } of edges) wanted.set(source, (wanted.get(source) ?? 0) + 1);
    const dropped = new Set<string>();
    const unwanted = edges.filter(isSample);
    // Iterating an array reaches entries added meanwhile.
    for (const { source } of unwanted) {
      const left = (wanted.get(source) ?? 0) - 1;
      wanted.set(source, left);
      if (left > 0 || !Object.hasOwn(nodes, source)) continue;
      dropped.add(source);
      for (const edge of this.#into.get(source) ?? []) if (!isSample(edge)) unwanted.push(edge);
    }
    return dropped;
  }

  /** Offset from the centre of the inner layout to the position of the node. */
  #shift(): NodeLayout {
    const place = own(this.#outer.layout, this.#use.id);
    const inner = [...this.#ids.keys()].flatMap((id) => own(this.#inner.layout, id) ?? []);
    if (place === undefined || inner.length === 0) return { x: 0, y: 0 };
    const middle = (pick: (layout: NodeLayout) => number): number =>
      Math.round(inner.reduce((sum, layout) => sum + pick(layout), 0) / inner.length);
    return { x: place.x - middle(({ x }) => x), y: place.y - middle(({ y }) => y) };
  }
}

function grouped<Value, Key>(
  values: readonly Value[],
  keyOf: (value: Value) => Key,
): ReadonlyMap<Key, readonly Value[]> {
  const groups = new Map<Key, Value[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value)) ?? [];
    group.push(value);
    groups.set(keyOf(value), group);
  }
  return groups;
}
