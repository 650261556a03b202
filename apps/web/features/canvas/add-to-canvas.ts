import { isNodeKey, type Graph, type NodeType } from '@graft/graph';
import {
  addPreferredNode,
  announce,
  nodeTypes,
  type OpenEnd,
  type PendingEdge,
  nodeHeight,
  nodeWidth,
  acceptingPort,
  connectInPlace,
  edgeBetween,
  onlyEdge,
} from '@graft/view';
import { useDocument, useScreen } from '../../kit/stores.ts';
import { edgeName } from './edge-ends.ts';
import { freePlace, inLine, settled } from './make-room.ts';
import { revealNode } from './viewport.ts';

type Place = { readonly x: number; readonly y: number };

/** A graph with a new, connected node; `how` is the announcement. */
interface Joined {
  readonly graph: Graph;
  readonly how?: string;
}

type Between = (graph: Graph, id: string) => Joined | undefined;

/** Where a node was dropped. */
interface Drop extends Place {
  /** Puts the node between the ends of an edge; undefined if it does not fit. */
  readonly between?: Between;
}

/**
 * Adds a node where it was dropped, or beside the selected one; connects the two if exactly one edge fits. Selects the
 * new node and announces it.
 */
export function addToCanvas(type: string, drop?: Drop): void {
  const { shown, edit, file } = useDocument.getState();
  const definition = nodeTypes().get(type);
  if (file === null || definition === undefined) return;
  const { selection, select, show } = useScreen.getState();
  const nodes = selection.filter(isNodeKey);
  const beside = drop === undefined && nodes.length === 1 ? nodes[0] : undefined;
  const added = addPreferredNode(shown, definition, drop ?? placeFor(shown, definition, beside));
  const { graph, how = '' } = joined(added, { beside, between: drop?.between });
  // Beside another and between two it has its place.
  const placed =
    drop === undefined || how !== '' ? graph : settled(inLine(graph, added.id), added.id);
  edit(() => placed);
  announce(`Added ${definition.title}${how}.`);
  select([added.id]);
  // A new node has no output to look at.
  show({ inspectorTab: 'parameters' });
  revealNode(placed, added.id);
}

/** A free place for a node of a type, as high as its ports and parameters make it. */
function placeFor(graph: Graph, definition: NodeType, other: string | undefined): Place {
  const drawn = addPreferredNode(graph, definition, { x: 0, y: 0 });
  return freePlace(graph, { other, height: nodeHeight(drawn.graph, drawn.id) });
}

/** A new node, connected to the one beside it or put between two, as far as that fits. */
function joined(
  { graph, id }: { readonly graph: Graph; readonly id: string },
  {
    beside,
    between,
  }: { readonly beside: string | undefined; readonly between: Between | undefined },
): Joined {
  const put = between?.(graph, id);
  if (put !== undefined) return put;
  const edge = beside === undefined ? undefined : onlyEdge(graph, beside, id);
  if (edge === undefined) return { graph };
  return { graph: connectInPlace(graph, edge), how: ` and connected ${edgeName(edge, graph)}` };
}

/** Adds a node at the open end of an edge, and connects it. */
export function addAtOpenEnd(type: string, { from, at }: OpenEnd): void {
  addConnected(type, from, { x: from.side === 'source' ? at.x : at.x - nodeWidth, y: at.y - 44 });
}

/** Adds a node at a place, connects it to a port if one of its own accepts the edge, and selects it. */
export function addConnected(type: string, from: PendingEdge, place: Place): void {
  const { shown, edit } = useDocument.getState();
  const definition = nodeTypes().get(type);
  if (definition === undefined) return;
  const added = addPreferredNode(shown, definition, place);
  const to = acceptingPort(added.graph, from, added.id);
  const edge = to === undefined ? undefined : edgeBetween(from, to);
  const graph = edge === undefined ? added.graph : connectInPlace(added.graph, edge);
  const placed = settled(inLine(graph, added.id), added.id);
  edit(() => placed);
  useScreen.getState().select([added.id]);
  revealNode(placed, added.id);
}
