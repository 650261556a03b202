import { disconnect, formatEdge, type Edge, type Graph } from '@graft/graph';
import { useDocument } from '../../kit/stores.ts';
import { announce, titleAmong, acceptingPort, connectInPlace, edgeBetween } from '@graft/view';
import { addToCanvas } from './add-to-canvas.ts';
import { ends, portName } from './edge-ends.ts';
import { useEdgeUnder } from './edges/edges.ts';
import { useFarCards } from './far/far-view.ts';
import { inLine, withRoom } from './make-room.ts';
import { canvasPlace } from './viewport.ts';

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The edge at a point of the window, unless a card covers it; `within` also looks under cards. */
export function edgeAt(
  edges: readonly Edge[],
  { x, y }: Point,
  within: 'free' | 'under' = 'free',
): Edge | undefined {
  for (const element of document.elementsFromPoint(x, y)) {
    if (within === 'free' && element.closest('.react-flow__node') !== null) return undefined;
    const id = element.closest('.react-flow__edge')?.getAttribute('data-id');
    const found =
      typeof id === 'string' ? edges.find((edge) => formatEdge(edge) === id) : undefined;
    if (found !== undefined) return found;
  }
  const pictured = useFarCards.getState().edgeAt?.({ x, y });
  return pictured === undefined ? undefined : edges.find((edge) => formatEdge(edge) === pictured);
}

/** The graph with a node inserted into an edge; undefined if no ports of the node fit both ends. */
function insertedOn(graph: Graph, edge: Edge, node: string): Graph | undefined {
  if (node === edge.source || node === edge.target) return undefined;
  const [source, target] = ends(edge);
  const open = disconnect(graph, edge);
  const into = acceptingPort(open, source, node);
  const first = into === undefined ? undefined : edgeBetween(source, into);
  if (first === undefined) return undefined;
  const half = connectInPlace(open, first);
  const out = acceptingPort(half, target, node);
  const second = out === undefined ? undefined : edgeBetween(target, out);
  return second === undefined ? undefined : connectInPlace(half, second);
}

function mark(edge: Edge | undefined): void {
  useEdgeUnder.setState({ id: edge === undefined ? undefined : formatEdge(edge) });
}

/** Marks the edge under a point, if any. */
export function markEdgeUnder(point: Point): void {
  mark(edgeAt(useDocument.getState().shown.edges, point));
}

/** Pixels between the points behind a card that are searched for an edge. */
const lookEvery = 8;

/** The edge that crosses behind the middle of a card. */
function edgeBehind(edges: readonly Edge[], card: Element): Edge | undefined {
  const { left, top, width, height } = card.getBoundingClientRect();
  for (let y = lookEvery / 2; y < height; y += lookEvery) {
    const edge = edgeAt(edges, { x: left + width / 2, y: top + y }, 'under');
    if (edge !== undefined) return edge;
  }
  return undefined;
}

/** The edge behind a card, if the card is dragged alone, is unconnected and fits. */
function edgeFor({ id }: { readonly id: string }, dragged: number): Edge | undefined {
  const { shown } = useDocument.getState();
  const card = document.querySelector(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
  const isFree =
    dragged === 1 && !shown.edges.some(({ source, target }) => source === id || target === id);
  const edge = isFree && card !== null ? edgeBehind(shown.edges, card) : undefined;
  return edge === undefined || insertedOn(shown, edge, id) === undefined ? undefined : edge;
}

/** Marks the edge that a dragged card would be inserted into. */
export function markEdgeUnderNode(node: { readonly id: string }, dragged: number): void {
  mark(edgeFor(node, dragged));
}

/** `chunks of Chunk and chunks of Embed` */
function endNames(edge: Edge, graph: Graph): string {
  const [source, target] = ends(edge);
  return `${portName(source, graph)} and ${portName(target, graph)}`;
}

/** Inserts an unconnected node into the edge that it was dropped on, if it fits, and announces it. */
function dropOnEdge(node: string, on: Edge): void {
  const { shown, edit } = useDocument.getState();
  const graph = insertedOn(shown, on, node);
  if (graph === undefined) return;
  edit(() => withRoom(inLine(graph, node), node, on));
  announce(`Inserted ${titleAmong(node, graph.nodes)} between ${endNames(on, graph)}.`);
}

/** At the end of a drag: inserts the card into the edge that it was dropped on. */
export function endNodeDrag(node: { readonly id: string }, dragged: number): void {
  // Wait until the last move is drawn, so that a quick drop is tested at its final position.
  requestAnimationFrame(() => {
    mark(undefined);
    const edge = edgeFor(node, dragged);
    if (edge !== undefined) dropOnEdge(node.id, edge);
  });
}

/** Adds a node of a type where it was dropped: inserts it into the edge there, if it fits. */
export function addDropped(type: string, point: Point): void {
  mark(undefined);
  const { x, y } = canvasPlace(point);
  const on = edgeAt(useDocument.getState().shown.edges, point);
  addToCanvas(type, {
    ...{ x: x - 60, y: y - 17 },
    between: (graph, id) => {
      const put = on === undefined ? undefined : insertedOn(graph, on, id);
      return on === undefined || put === undefined
        ? undefined
        : { graph: withRoom(inLine(put, id), id, on), how: ` between ${endNames(on, put)}` };
    },
  });
}
