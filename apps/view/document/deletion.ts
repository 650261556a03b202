import {
  connect,
  disconnect,
  formatEdge,
  passThrough,
  placeOfKey,
  type Edge,
  type GraphBody,
  noteKey,
  removeNodes,
  sameJson,
  type Graph,
} from '@graft/graph';
import { screenStore } from '../screen/screen-store.ts';
import { documentStore } from './document-store.ts';
import { shapeOf } from './node-shape.ts';
import { titleAmong } from './node-titles.ts';
import { portRefusal } from './port-refusal.ts';

/** The ports of a type that an edge is at. */
const taken = <Port>(ports: Readonly<Record<string, Port>>, names: readonly string[]) =>
  Object.fromEntries(Object.entries(ports).filter(([name]) => names.includes(name)));

/** The edges that pass by a node what it would pass on if it were switched off, by the ports that are connected. */
function edgesPast(edges: readonly Edge[], id: string, graph: GraphBody): readonly Edge[] {
  const shape = shapeOf(graph.nodes[id]);
  const [into, out] = [
    edges.filter(({ target }) => target === id),
    edges.filter(({ source }) => source === id),
  ];
  if (shape === undefined || into.length === 0 || out.length === 0) return [];
  const inputs = taken(
    shape.inputs,
    into.map(({ targetPort }) => targetPort),
  );
  const outputs = taken(
    shape.outputs,
    out.map(({ sourcePort }) => sourcePort),
  );
  const pass = passThrough({ ...shape, inputs, outputs });
  if ('reason' in pass) return [];
  const [from, ...others] = into.filter(({ targetPort }) => targetPort === pass.input);
  if (from === undefined || others.length > 0) return [];
  return out
    .filter(({ sourcePort }) => sourcePort === pass.output)
    .map((edge) => ({ ...edge, source: from.source, sourcePort: from.sourcePort }));
}

/**
 * A graph without some nodes, notes and groups. Where a node stood in a chain and could have been switched off, its neighbours
 * are connected in its place; `healed` are these edges.
 */
export function withoutKeys(
  graph: Graph,
  keys: readonly string[],
): { readonly graph: Graph; readonly healed: readonly Edge[] } {
  let edges: readonly Edge[] = graph.edges;
  const known = new Set(edges.map(formatEdge));
  for (const id of keys) {
    if (!Object.hasOwn(graph.nodes, id)) continue;
    const past = edgesPast(edges, id, graph);
    edges = [...edges.filter(({ source, target }) => source !== id && target !== id), ...past];
  }
  let rest = removeNodes(graph, keys);
  const healed: Edge[] = [];
  for (const edge of edges) {
    const text = formatEdge(edge);
    if (known.has(text)) continue;
    known.add(text);
    const from = { node: edge.source, port: edge.sourcePort, side: 'source' } as const;
    const to = { node: edge.target, port: edge.targetPort, side: 'target' } as const;
    if (portRefusal(rest, from, to) !== undefined) continue;
    rest = connect(rest, edge);
    healed.push(edge);
  }
  return { graph: rest, healed };
}

/** What a deletion connected, in words: `Connected hits of Retrieve to hits of Inject context.` */
function healedWords([first, ...others]: readonly Edge[], { nodes }: GraphBody): string {
  if (first === undefined) return '';
  const from = `${first.sourcePort} of ${titleAmong(first.source, nodes)}`;
  const to = `${first.targetPort} of ${titleAmong(first.target, nodes)}`;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `Connected ${from} to ${to}${more}.`;
}

/**
 * Deletes nodes, notes and groups by their keys, and edges, as one edit. A chain is healed where a node is taken out of it, and
 * a notice says so.
 */
export function deleteKeys(keys: readonly string[], cut: readonly Edge[] = []): void {
  const { shown, edit } = documentStore.getState();
  const nodes = keys.filter((key) => Object.hasOwn(shown.nodes, key));
  const { graph, healed } = withoutKeys(cut.reduce(disconnect, shown), keys);
  edit(() => graph);
  const [node] = nodes;
  if (healed.length === 0 || node === undefined) return;
  const what = nodes.length === 1 ? titleAmong(node, shown.nodes) : `${nodes.length} nodes`;
  const message = `Deleted ${what}. ${healedWords(healed, graph)}`;
  screenStore.getState().notify({ tone: 'info', message });
}

/**
 * Removes a note that is still empty, and every step of the history in which it was empty, so that undo never restores
 * an empty note. Undo still restores words that the note once had.
 */
export function leaveEmpty(id: string): void {
  const { temporal } = documentStore;
  if (documentStore.getState().shown.notes?.[id]?.text.trim() !== '') return;
  const without = (graph: Graph): Graph => removeNodes(graph, [noteKey(id)]);
  documentStore.getState().edit(without);
  const { shown, past } = documentStore.getState();
  if (past !== null) return;
  const { pastStates } = temporal.getState();
  const isOfIt = ({ shown: before }: (typeof pastStates)[number]): boolean =>
    before !== undefined && sameJson(without(before), without(shown));
  const began = pastStates.findLastIndex((step) => !isOfIt(step)) + 1;
  const ofIt = pastStates
    .slice(began)
    .filter(({ shown: before }) => before?.notes?.[id]?.text.trim() !== '');
  // The step before the note existed equals the present state.
  if (ofIt.at(-1)?.shown?.notes?.[id] === undefined) ofIt.pop();
  temporal.setState({ pastStates: [...pastStates.slice(0, began), ...ofIt] });
}

/**
 * The node to select after another node, a note or a group is gone: the one that fed it, else one that it fed, else the
 * nearest. `before` is the graph that still had it. Undefined if no node is left.
 */
export function neighbourOf(
  gone: string,
  before: GraphBody,
  left: Readonly<Record<string, unknown>>,
): string | undefined {
  const isLeft = (id: string): boolean => Object.hasOwn(left, id);
  const feeding = before.edges.find(({ source, target }) => target === gone && isLeft(source));
  if (feeding !== undefined) return feeding.source;
  const fed = before.edges.find(({ source, target }) => source === gone && isLeft(target));
  if (fed !== undefined) return fed.target;
  const from = placeOfKey(before, gone) ?? { x: 0, y: 0 };
  const distance = (id: string): number => {
    const { x, y } = before.layout[id] ?? { x: 0, y: 0 };
    return Math.hypot(x - from.x, y - from.y);
  };
  return Object.keys(before.nodes)
    .filter(isLeft)
    .reduce<string | undefined>(
      (best, id) => (best === undefined || distance(id) < distance(best) ? id : best),
      undefined,
    );
}
