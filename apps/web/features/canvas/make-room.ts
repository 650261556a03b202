import {
  groupKey,
  moveNodes,
  noteKey,
  noteOfKey,
  reachable,
  type Edge,
  type Frame,
  type Graph,
  type NodeLayout,
} from '@graft/graph';
import { type Card, columnGap, meets, roomFor } from '@graft/view';
import { cardFrame, drawnFrames, groupFrames, isWithin } from './drawn-frames.ts';

/** The graph with a node moved to the nearest place where it covers nothing. */
export function settled(graph: Graph, id: string): Graph {
  const others = drawnFrames(graph).filter((other) => other.id !== id);
  return moveNodes(graph, { [id]: roomFor(cardFrame(graph, id), others) });
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
  const after = reachable(graph.edges, [id], 'after');
  const aboutOf = (key: string): string | undefined => graph.notes?.[noteOfKey(key) ?? '']?.about;
  const isMovable = (card: Card): boolean =>
    after.has(aboutOf(card.id) ?? card.id) && card.x + card.width > x;
  const movable = others.filter(isMovable);
  const spot = roomFor(
    { ...node, x },
    others.filter((other) => !isMovable(other)),
  );
  const placed = { ...node, ...spot };
  const end = placed.x + placed.width + columnGap;
  let by = Math.max(0, end - to.x);
  for (const card of movable) if (meets(placed, card)) by = Math.max(by, end - card.x);
  const put = moveNodes(graph, { [id]: spot });
  if (by === 0) return put;
  const first = movable.map((card) => card.id);
  return settled(shifted(put, { by: Math.ceil(by), first, stays: id }), id);
}

interface Shift {
  readonly by: number;
  readonly first: readonly string[];
  /** What stays in place, and within its groups. */
  readonly stays: string;
}

/** Height in pixels of the bands that index cards. */
const bandHeight = 400;

function bandsOf({ y, height }: Frame): readonly number[] {
  const [first, last] = [Math.floor(y / bandHeight), Math.floor((y + height) / bandHeight)];
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

function inBands(cards: readonly Card[]): ReadonlyMap<number, readonly Card[]> {
  const bands = new Map<number, Card[]>();
  for (const card of cards) {
    for (const band of bandsOf(card)) {
      const list = bands.get(band);
      if (list === undefined) bands.set(band, [card]);
      else list.push(card);
    }
  }
  return bands;
}

/**
 * Moves nodes right, with their notes and everything they would cover. A group moves if all of its content does;
 * otherwise it becomes wider.
 */
function shifted(graph: Graph, { by, first, stays }: Shift): Graph {
  const cards = new Map(
    drawnFrames(graph).flatMap((card) => (card.id === stays ? [] : [[card.id, card] as const])),
  );
  const groups = groupFrames(graph).map((frame) => ({
    frame,
    held: [...cards.values()].filter((card) => isWithin(frame, card)).map(({ id }) => id),
    isWhole: !isWithin(frame, cardFrame(graph, stays)),
  }));
  const about = new Map<string, string[]>();
  for (const [id, { about: node }] of Object.entries(graph.notes ?? {})) {
    if (node !== undefined) about.set(node, [...(about.get(node) ?? []), noteKey(id)]);
  }
  const moved = new Set<string>();
  const queue = [...first];
  const follow = (keys: Iterable<string>): void => {
    for (const key of keys) if (!moved.has(key)) queue.push(key);
  };
  const right = (frame: Frame): Frame => ({ ...frame, x: frame.x + by });
  const wider = (frame: Frame): Frame => ({ ...frame, width: frame.width + by });
  const now = ({ frame, held, isWhole }: (typeof groups)[number]): Frame => {
    const going = held.filter((id) => moved.has(id)).length;
    if (going === 0 && !moved.has(frame.id)) return frame;
    return isWhole && going === held.length ? right(frame) : wider(frame);
  };
  const bands = inBands([...cards.values()]);
  // Queues cards that something newly covers, or a group that they do not belong to.
  const queueCovered = (before: Frame, after: Frame, own: ReadonlySet<string>): void => {
    for (const band of bandsOf(after)) {
      for (const card of bands.get(band) ?? []) {
        if (own.has(card.id) || moved.has(card.id)) continue;
        if (meets(after, card) && !meets(before, card)) queue.push(card.id);
      }
    }
  };
  const heldBy = new Map(groups.map(({ frame, held }) => [frame.id, new Set(held)]));
  const none: ReadonlySet<string> = new Set();
  let isMoving = true;
  while (isMoving) {
    isMoving = false;
    for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
      if (moved.has(key)) continue;
      moved.add(key);
      follow(about.get(key) ?? []);
      const card = cards.get(key);
      if (card !== undefined) queueCovered(card, right(card), none);
    }
    for (const group of groups) {
      const { frame } = group;
      const own = heldBy.get(frame.id) ?? none;
      const grown = now(group);
      if (grown !== frame) queueCovered(frame, grown, own);
      // A group moves as a whole if a foreign card would come to lie in it.
      const comes = [...moved].some((key) => {
        const card = cards.get(key);
        return (
          card !== undefined && !own.has(key) && meets(right(card), grown) && !meets(card, frame)
        );
      });
      if (!comes || moved.has(frame.id)) continue;
      if (group.isWhole) {
        moved.add(frame.id);
        isMoving = true;
      }
      follow(own);
    }
    isMoving ||= queue.length > 0;
  }
  const places: Record<string, NodeLayout> = {};
  for (const key of moved) {
    const card = cards.get(key);
    if (card !== undefined) places[key] = { x: card.x + by, y: card.y };
  }
  const frames = new Map(groups.map((group) => [group.frame.id, now(group)]));
  const put = moveNodes(graph, places);
  if (put.groups === undefined) return put;
  const drawn = Object.entries(put.groups).map(([id, group]) => {
    const { x, width } = frames.get(groupKey(id)) ?? group;
    return [id, { ...group, x, width }] as const;
  });
  return { ...put, groups: Object.fromEntries(drawn) };
}
