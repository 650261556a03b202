import {
  groupKey,
  moveNodes,
  noteOfKey,
  type Edge,
  type Graph,
  type Group,
  type NodeLayout,
} from '@graft/graph';
import { type Card, columnGap, meets, nodeWidth, roomFor, snapped, isWithin } from '@graft/view';
import { cardFrame, drawnFrames, groupFrames } from './drawn-frames.ts';
import { viewMiddle } from './viewport.ts';

/** Height of a card of which nothing is known, near enough. */
const usualHeight = 140;

interface Wanted {
  /** The node beside which the new one belongs. */
  readonly other?: string | undefined;
  readonly side?: 'right' | 'left';
  /** Of the new card. */
  readonly height?: number;
}

/** A free place for a new node: right or left of another node, in its groups, or else in the middle of the view. */
export function freePlace(
  graph: Graph,
  { other, side = 'right', height = usualHeight }: Wanted = {},
): NodeLayout {
  const beside = other === undefined ? undefined : cardFrame(graph, other);
  const step = (nodeWidth + columnGap) * (side === 'right' ? 1 : -1);
  const { x, y } = beside === undefined ? viewMiddle() : { x: beside.x + step, y: beside.y };
  const foreign = groupFrames(graph).filter(
    (group) => beside === undefined || !isWithin(group, beside),
  );
  const card = { x, y, width: nodeWidth, height };
  return roomFor(card, [...drawnFrames(graph), ...foreign]);
}

/** The graph with a node in the free place nearest to where it was dropped. */
export function settled(graph: Graph, id: string): Graph {
  const others = drawnFrames(graph).filter((other) => other.id !== id);
  return moveNodes(graph, { [id]: roomFor(cardFrame(graph, id), others) });
}

/** The graph with a dropped node in a row and a column with the cards nearby. */
export function inLine(graph: Graph, id: string): Graph {
  const cards = Object.keys(graph.nodes).flatMap((other) =>
    other === id ? [] : [cardFrame(graph, other)],
  );
  return moveNodes(graph, { [id]: snapped(cardFrame(graph, id), cards) });
}

/**
 * The graph with room for a node that was dropped on an edge. If it would cover something, it goes right of the edge's
 * source, and everything after it moves right, along with what would be covered. If the edge leads back, the node goes
 * to free space.
 */
export function withRoom(graph: Graph, id: string, { source, target }: Edge): Graph {
  const node = cardFrame(graph, id);
  const others = drawnFrames(graph).filter((other) => other.id !== id);
  if (!others.some((other) => meets(node, other))) return graph;
  const [from, to] = [cardFrame(graph, source), cardFrame(graph, target)];
  const x = Math.max(node.x, from.x + from.width + columnGap);
  if (from.x + from.width > to.x || to.x + to.width <= x) return settled(graph, id);
  const line = Math.min(x, to.x);
  /** A note moves with the node that it is about. */
  const isRight = (card: Card): boolean => {
    const about = graph.notes?.[noteOfKey(card.id) ?? '']?.about;
    return (about === undefined ? card : (graph.layout[about] ?? card)).x >= line;
  };
  const right = others.filter(isRight);
  const left = others.filter((card) => !isRight(card));
  const placed = { ...node, ...roomFor({ ...node, x }, left) };
  const end = placed.x + placed.width + columnGap;
  const isBeside = ({ y, height }: Card): boolean =>
    y < placed.y + placed.height && placed.y < y + height;
  const by = Math.ceil(
    right.filter(isBeside).reduce((most, card) => Math.max(most, end - card.x), end - to.x),
  );
  const put = moveNodes(graph, { [id]: { x: placed.x, y: placed.y } });
  if (by <= 0) return put;
  const places = right.map((card): [string, NodeLayout] => [
    card.id,
    { x: card.x + by, y: card.y },
  ]);
  const moved = moveNodes(put, Object.fromEntries(places));
  // What is free left of the line may be taken right of it.
  return settled(withGroups(moved, { line, by, placed }), id);
}

interface Shift {
  readonly line: number;
  readonly by: number;
  /** The node that the room is for: its groups become wider around it. */
  readonly placed: Card;
}

/** Groups right of the line move; those that reach over it become wider. */
function withGroups(graph: Graph, { line, by, placed }: Shift): Graph {
  const frames = new Map(groupFrames(graph).map((frame) => [frame.id, frame]));
  const groups = Object.entries(graph.groups ?? {}).map(([id, group]): [string, Group] => {
    const frame = frames.get(groupKey(id));
    if (frame === undefined || frame.x + frame.width <= line) return [id, group];
    const isMoved = frame.x >= line && !isWithin(frame, placed);
    return [id, isMoved ? { ...group, x: group.x + by } : { ...group, width: group.width + by }];
  });
  return graph.groups === undefined ? graph : { ...graph, groups: Object.fromEntries(groups) };
}
