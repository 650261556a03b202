import { GraphError } from '../base/errors.ts';
import { own } from '../base/record.ts';
import type { Annotations } from '../format/annotation.ts';
import { carriedBends } from '../format/bends.ts';
import { formatEdge, sortEdges, type Edge, type Feed } from '../format/edge.ts';
import type { Graph } from '../format/graph.ts';
import type { Exposure, GraphBody, GraphNode, NodeLayout } from '../format/graph-body.ts';
import { typeIn } from '../plan/body-interface.ts';
import { GraphLibrary, type GraphLookup } from '../plan/graph-library.ts';
import type { Registry } from '../types/node-type.ts';
import { setPrefix } from '../types/structure-names.ts';
import { bringAnnotations } from './bring-annotations.ts';
import { pickAnnotations, without } from './keyed-annotations.ts';
import { reorderEdgeLists, type MovedEdge } from './edge-lists.ts';
import { bodyOf, freeName, withBody, type BodyId } from './graph-bodies.ts';

/** What edits need to know about node types and files. */
export interface ComposeContext {
  readonly registry: Registry;
  readonly graphs?: GraphLookup;
  readonly file?: string;
}

/** Pixels between the inner nodes and the `input` and `output` nodes beside them. */
const portGap = 260;
const rowGap = 150;

/**
 * Moves some nodes of a body into a new subgraph of the file and puts a `graph` node in their place. Edges across the
 * border become ports: one input for each outer source, one output for each inner source, and one for each output that
 * feeds nothing. Ports take the names of the ports that they replace. The body still exposes what it exposed of these
 * nodes. Notes about them, and selected notes and groups, move along. `input` and `output` nodes stay. Throws
 * `bad-input` if no node is left to move.
 */
export function makeSubgraph(
  graph: Graph,
  selection: {
    readonly at?: BodyId;
    /** Canvas keys. */
    readonly nodes: Iterable<string>;
    readonly name?: string;
    /** Of the node, where it is not the name. */
    readonly title?: string;
  },
  context: ComposeContext,
): { readonly graph: Graph; readonly node: string; readonly subgraph: string } {
  const body = bodyOf(graph, selection.at);
  const { registry } = context;
  const selected = new Set(selection.nodes);
  const taken = new Set(
    [...selected].filter((id) => {
      const node = own(body.nodes, id);
      const structure = node === undefined ? undefined : registry.get(node.type)?.structure;
      return node !== undefined && structure !== 'input' && structure !== 'output';
    }),
  );
  if (taken.size === 0) {
    throw new GraphError('bad-input', 'Select the nodes for the subgraph.');
  }
  const library = new GraphLibrary(graph, context);
  const graphs = library.lookup({
    ...library.root,
    graph: selection.at,
    key: `edit ${selection.at ?? ''}`,
  });
  const name = freeName(selection.name ?? 'subgraph', (id) =>
    Object.hasOwn(graph.graphs ?? {}, id),
  );
  const node = freeName(name, (id) => Object.hasOwn(body.nodes, id) && !taken.has(id));
  const lists = { registry, graphs };
  const typeOf = (id: string) => typeIn(body, id, lists);
  const giving = new Set(body.edges.map(({ source }) => source));
  const ends = [...taken]
    .filter((id) => !giving.has(id) && own(body.nodes, id)?.bypass !== true)
    .flatMap((id) => Object.keys(typeOf(id)?.outputs ?? {}).map((port) => ({ node: id, port })));
  const notes = pickAnnotations(
    body,
    (key, about) => selected.has(key) || (about !== undefined && taken.has(about)),
  );
  const split = new Split(body, { taken, ends, node, notes });
  const inner = split.inner((edge) => {
    const port = own(typeOf(edge.source)?.outputs ?? {}, edge.sourcePort);
    return (port ?? own(typeOf(edge.target)?.inputs ?? {}, edge.targetPort))?.type.id;
  });
  const titled = selection.title === undefined ? {} : { title: selection.title };
  const outer = split.outer({ type: 'graph', version: 1, ...titled, params: { use: `#${name}` } });
  const made = withBody(graph, selection.at, reorderEdgeLists(outer.body, outer.moved, lists));
  return {
    graph: withBody(made, name, reorderEdgeLists(inner.body, inner.moved, lists)),
    node,
    subgraph: name,
  };
}

/** A port of the new subgraph: its inner node, and its name outside. */
interface BorderPort {
  readonly id: string;
  readonly name: string;
  readonly from: Feed;
}

/** The id is the name, unless another node has it. */
const nameParams = ({ id, name }: BorderPort): { readonly name?: string } =>
  id === name ? {} : { name };

/** A body split in two: the moved part, and the rest with one node in its place. */
class Split {
  readonly #body: GraphBody;
  readonly #taken: ReadonlySet<string>;
  readonly #node: string;
  readonly #notes: Annotations;
  /** Crossing edges by `node.port` of their source. */
  readonly #inputs = new Map<string, BorderPort>();
  readonly #outputs = new Map<string, BorderPort>();

  constructor(
    body: GraphBody,
    cut: {
      readonly taken: ReadonlySet<string>;
      /** Outputs of moved nodes that feed nothing and must stay reachable from outside. */
      readonly ends: readonly Feed[];
      readonly node: string;
      /** Notes and groups that move along. */
      readonly notes: Annotations;
    },
  ) {
    const { taken } = cut;
    this.#body = body;
    this.#taken = taken;
    this.#node = cut.node;
    this.#notes = cut.notes;
    const ids = new Set(taken);
    const name = (ports: Map<string, BorderPort>, from: Feed, wanted: string): void => {
      const source = `${from.node}.${from.port}`;
      if (ports.has(source)) return;
      const names = new Set([...ports.values()].map((port) => port.name));
      const free = freeName(wanted, (candidate) => names.has(candidate));
      const id = freeName(free, (candidate) => ids.has(candidate));
      ids.add(id);
      ports.set(source, { id, name: free, from });
    };
    for (const edge of sortEdges(body.edges)) {
      const [from, to] = [taken.has(edge.source), taken.has(edge.target)];
      const end = { node: edge.source, port: edge.sourcePort };
      if (!from && to) name(this.#inputs, end, edge.targetPort);
      if (from && !to) name(this.#outputs, end, end.port);
    }
    for (const end of cut.ends) name(this.#outputs, end, end.port);
  }

  inner(typeOf: (edge: Edge) => string | undefined): Part {
    const nodes: Record<string, GraphNode> = {};
    const layout: Record<string, NodeLayout> = {};
    for (const id of this.#taken) {
      const node = own(this.#body.nodes, id);
      if (node !== undefined) nodes[id] = node;
      const place = own(this.#body.layout, id);
      if (place !== undefined) layout[id] = place;
    }
    const [place = { x: 0, y: 0 }, ...places] = Object.values(layout);
    let [left, right, top] = [place.x - portGap, place.x + portGap, place.y];
    for (const { x, y } of places) {
      left = Math.min(left, x - portGap);
      right = Math.max(right, x + portGap);
      top = Math.min(top, y);
    }
    const moved: MovedEdge[] = [];
    for (const edge of this.#body.edges) {
      const was = formatEdge(edge);
      const [from, to] = [this.#taken.has(edge.source), this.#taken.has(edge.target)];
      const source = sourceOf(edge);
      if (from && to) moved.push({ edge, was });
      const input = this.#inputs.get(source);
      if (!from && to && input !== undefined) {
        if (!Object.hasOwn(nodes, input.id)) {
          const type = typeOf(edge);
          nodes[input.id] = {
            ...{ type: 'input', version: 1 },
            params: { ...nameParams(input), ...(type === undefined ? {} : { type }) },
          };
          const at = [...this.#inputs.values()].indexOf(input);
          layout[input.id] = { x: left, y: top + at * rowGap };
        }
        moved.push({ edge: { ...edge, source: input.id, sourcePort: 'value' }, was });
      }
    }
    [...this.#outputs.values()].forEach((output, at) => {
      const { id, from } = output;
      const edge = { source: from.node, sourcePort: from.port, target: id, targetPort: 'value' };
      nodes[id] = { type: 'output', version: 1, params: nameParams(output) };
      layout[id] = { x: right, y: top + at * rowGap };
      moved.push({ edge, was: formatEdge(edge) });
    });
    const expose = Object.entries(this.#body.expose ?? {}).flatMap(
      ([name, { node, param }]): [string, Exposure][] =>
        this.#taken.has(node) ? [[name, { node, param }]] : [],
    );
    const body = {
      nodes,
      edges: edgesOf(moved),
      ...(expose.length === 0 ? {} : { expose: Object.fromEntries(expose) }),
      ...bringAnnotations(this.#notes, {
        into: {},
        nodes: new Map([...this.#taken].map((id) => [id, id])),
        shift: { x: 0, y: 0 },
      }).annotations,
      layout,
      bends: carriedBends(this.#body, moved),
    };
    return { body, moved };
  }

  outer(use: GraphNode): Part {
    const kept = <V>(record: Readonly<Record<string, V>>): [string, V][] =>
      Object.entries(record).filter(([id]) => !this.#taken.has(id));
    const moved = this.#body.edges.flatMap((edge): MovedEdge[] => {
      const was = formatEdge(edge);
      const [from, to] = [this.#taken.has(edge.source), this.#taken.has(edge.target)];
      if (from && to) return [];
      const source = sourceOf(edge);
      if (to) {
        const targetPort = this.#inputs.get(source)?.name ?? '';
        return [{ edge: { ...edge, target: this.#node, targetPort }, was }];
      }
      const sourcePort = this.#outputs.get(source)?.name ?? '';
      return [{ edge: from ? { ...edge, source: this.#node, sourcePort } : edge, was }];
    });
    const places = [...this.#taken].flatMap((id) => own(this.#body.layout, id) ?? []);
    const middle = (pick: (place: NodeLayout) => number): number =>
      Math.round(places.reduce((sum, place) => sum + pick(place), 0) / Math.max(1, places.length));
    const expose = Object.entries(this.#body.expose ?? {}).map(([name, exposure]) =>
      this.#taken.has(exposure.node)
        ? ([name, { ...exposure, node: this.#node, param: `${setPrefix}${name}` }] as const)
        : ([name, exposure] as const),
    );
    const { extra } = this.#body;
    const body = {
      nodes: Object.fromEntries([...kept(this.#body.nodes), [this.#node, use] as const]),
      edges: edgesOf(moved),
      ...(expose.length === 0 ? {} : { expose: Object.fromEntries(expose) }),
      ...without(this.#body, this.#notes),
      layout: Object.fromEntries([
        ...kept(this.#body.layout),
        [this.#node, { x: middle(({ x }) => x), y: middle(({ y }) => y) }] as const,
      ]),
      bends: carriedBends(this.#body, moved),
      ...(extra === undefined ? {} : { extra }),
    };
    return { body, moved };
  }
}

interface Part {
  readonly body: GraphBody;
  readonly moved: readonly MovedEdge[];
}

/** Several edges that cross at one port become one edge on the other side. */
const edgesOf = (moved: readonly MovedEdge[]): readonly Edge[] =>
  sortEdges(moved.map(({ edge }) => edge));

const sourceOf = ({ source, sourcePort }: Edge): string => `${source}.${sourcePort}`;
