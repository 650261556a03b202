import { GraphError } from '../base/errors.ts';
import { own } from '../base/record.ts';
import { formatEdge, sortEdges } from '../format/edge.ts';
import type { Edge, Exposure, Graph, GraphBody, GraphNode, NodeLayout } from '../format/graph.ts';
import { typeIn } from '../plan/body-interface.ts';
import { GraphLibrary, type GraphLookup } from '../plan/graph-library.ts';
import type { Registry } from '../types/node-type.ts';
import { setPrefix } from '../types/structure-nodes.ts';
import { reorderEdgeLists, type MovedEdge } from './edge-lists.ts';
import { bodyOf, freeName, withBody, type BodyId } from './graph-bodies.ts';

/** What edits are made against. */
export interface ComposeContext {
  readonly registry: Registry;
  readonly graphs?: GraphLookup;
  readonly file?: string;
}

/** Pixels between what stands inside and the inputs and outputs beside it. */
const beside = 260;
const apart = 110;

/**
 * Puts some nodes of a body into a subgraph of the file, and a `graph` node in their place. Edges across the border become
 * ports: one input for each source outside, one output for each source inside. What the body exposed of them it goes on
 * to expose. `input` and `output` nodes stay. Throws `bad-input` where nothing is left to take.
 */
export function makeSubgraph(
  graph: Graph,
  selection: { readonly at?: BodyId; readonly nodes: Iterable<string>; readonly name?: string },
  context: ComposeContext,
): { readonly graph: Graph; readonly node: string; readonly subgraph: string } {
  const body = bodyOf(graph, selection.at);
  const { registry } = context;
  const taken = new Set(
    [...selection.nodes].filter((id) => {
      const node = own(body.nodes, id);
      const structure = node === undefined ? undefined : registry.get(node.type)?.structure;
      return node !== undefined && structure !== 'input' && structure !== 'output';
    }),
  );
  if (taken.size === 0) {
    throw new GraphError('bad-input', 'Select the nodes that the subgraph is to hold.');
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
  const split = new Split(body, taken, node);
  const lists = { registry, graphs };
  const typeOf = (id: string) => typeIn(body, id, lists);
  const inner = split.inner((edge) => {
    const port = own(typeOf(edge.source)?.outputs ?? {}, edge.sourcePort);
    return (port ?? own(typeOf(edge.target)?.inputs ?? {}, edge.targetPort))?.type.id;
  });
  const outer = split.outer({ type: 'graph', version: 1, params: { use: `#${name}` } });
  const made = withBody(graph, selection.at, reorderEdgeLists(outer.body, outer.moved, lists));
  return {
    graph: withBody(made, name, reorderEdgeLists(inner.body, inner.moved, lists)),
    node,
    subgraph: name,
  };
}

/** A body cut in two: what is taken, and what stays with one node for it. */
class Split {
  readonly #body: GraphBody;
  readonly #taken: ReadonlySet<string>;
  readonly #node: string;
  /** By `node.port` of the source, the ids of the nodes for what crosses the border. */
  readonly #inputs = new Map<string, string>();
  readonly #outputs = new Map<string, string>();

  constructor(body: GraphBody, taken: ReadonlySet<string>, node: string) {
    this.#body = body;
    this.#taken = taken;
    this.#node = node;
    const ids = new Set(taken);
    const name = (ports: Map<string, string>, source: string, wanted: string): void => {
      if (ports.has(source)) return;
      const id = freeName(wanted, (one) => ids.has(one));
      ids.add(id);
      ports.set(source, id);
    };
    for (const edge of sortEdges(body.edges)) {
      const [from, to] = [taken.has(edge.source), taken.has(edge.target)];
      if (!from && to) name(this.#inputs, sourceOf(edge), edge.targetPort);
      if (from && !to) name(this.#outputs, sourceOf(edge), edge.sourcePort);
    }
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
    const places = Object.values(layout);
    const [left, right] = [
      Math.min(0, ...places.map(({ x }) => x)) - beside,
      Math.max(0, ...places.map(({ x }) => x)) + beside,
    ];
    const moved: MovedEdge[] = [];
    for (const edge of this.#body.edges) {
      const was = formatEdge(edge);
      const [from, to] = [this.#taken.has(edge.source), this.#taken.has(edge.target)];
      const source = sourceOf(edge);
      if (from && to) moved.push({ edge, was });
      const input = this.#inputs.get(source);
      if (!from && to && input !== undefined) {
        if (!Object.hasOwn(nodes, input)) {
          const type = typeOf(edge);
          nodes[input] = {
            ...{ type: 'input', version: 1 },
            params: type === undefined ? {} : { type },
          };
          layout[input] = { x: left, y: [...this.#inputs.values()].indexOf(input) * apart };
        }
        moved.push({ edge: { ...edge, source: input, sourcePort: 'value' }, was });
      }
      const output = this.#outputs.get(source);
      if (from && !to && output !== undefined && !Object.hasOwn(nodes, output)) {
        nodes[output] = { type: 'output', version: 1, params: {} };
        layout[output] = { x: right, y: [...this.#outputs.values()].indexOf(output) * apart };
        moved.push({ edge: { ...edge, target: output, targetPort: 'value' }, was });
      }
    }
    const expose = Object.entries(this.#body.expose ?? {}).flatMap(
      ([name, { node, param }]): [string, Exposure][] =>
        this.#taken.has(node) ? [[name, { node, param }]] : [],
    );
    const body = {
      nodes,
      edges: edgesOf(moved),
      ...(expose.length === 0 ? {} : { expose: Object.fromEntries(expose) }),
      layout,
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
        const targetPort = this.#inputs.get(source) ?? '';
        return [{ edge: { ...edge, target: this.#node, targetPort }, was }];
      }
      const sourcePort = this.#outputs.get(source) ?? '';
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
      layout: Object.fromEntries([
        ...kept(this.#body.layout),
        [this.#node, { x: middle(({ x }) => x), y: middle(({ y }) => y) }] as const,
      ]),
      ...(extra === undefined ? {} : { extra }),
    };
    return { body, moved };
  }
}

interface Part {
  readonly body: GraphBody;
  readonly moved: readonly MovedEdge[];
}

/** Several that cross the border at one port are one edge on its other side. */
const edgesOf = (moved: readonly MovedEdge[]): readonly Edge[] =>
  sortEdges(moved.map(({ edge }) => edge));

const sourceOf = ({ source, sourcePort }: Edge): string => `${source}.${sourcePort}`;
