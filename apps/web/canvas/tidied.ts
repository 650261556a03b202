import {
  moveNodes,
  noteKey,
  withoutBends,
  type Frame,
  type Graph,
  type Group,
  type Note,
  type NodeLayout,
} from '@graft/graph';
import { nodeHeight, nodeWidth } from './card-size.ts';
import { tidyLayout } from './tidy-layout.ts';
import { drawnFrame } from './viewport.ts';

/** Pixels between a node and a note about it, around what a group holds, and for a group's head. */
const between = 16;
const around = 24;
const head = 44;

/** A card where it stood and where it stands. */
interface Moved {
  readonly was: Frame;
  readonly now: Frame;
}

/**
 * The graph laid out anew: notes about a node stand below it, groups around what stood in them, and other notes beside what
 * they stood beside. Edges find their ways anew: points that they were led through are gone.
 */
export function tidied(graph: Graph): Graph {
  const notes = Object.entries(graph.notes ?? {});
  const isAbout = ({ about }: Note, node: string): boolean => about === node;
  const below = (node: string) => notes.filter(([, note]) => isAbout(note, node));
  const room = (node: string): number =>
    below(node).reduce((sum, one) => sum + between + heightOf(one), 0);
  const places: Record<string, NodeLayout> = tidyLayout(graph, room);
  const cards = Object.keys(graph.nodes).map((id): Moved => {
    const size = { width: nodeWidth, height: nodeHeight(graph, id) };
    const now = { ...size, ...(places[id] ?? { x: 0, y: 0 }) };
    let y = now.y + now.height + between;
    for (const one of below(id)) {
      places[noteKey(one[0])] = { x: now.x, y };
      y += heightOf(one) + between;
    }
    const was = { ...size, ...(graph.layout[id] ?? now) };
    return { was, now: { ...now, height: y - between - now.y } };
  });
  const groups = Object.entries(graph.groups ?? {}).map(([id, group]) => {
    const held = cards.filter(({ was }) => isWithin(group, was));
    return { id, group, held };
  });
  for (const [id, note] of notes) {
    const key = noteKey(id);
    if (Object.hasOwn(places, key)) continue;
    const frame = { ...note, height: heightOf([id, note]) };
    const beside = groups.find(({ group, held }) => held.length > 0 && isWithin(group, frame));
    const { x, y } = shiftOf(beside?.held ?? cards);
    places[key] = { x: note.x + x, y: note.y + y };
  }
  const drawn = groups.map(({ id, group, held }): [string, Group] => [
    id,
    held.length === 0 ? group : { ...group, ...frameAround(held.map(({ now }) => now)) },
  ]);
  const laid = drawn.length === 0 ? graph : { ...graph, groups: Object.fromEntries(drawn) };
  return moveNodes(
    withoutBends(laid, () => true),
    places,
  );
}

/** As it is drawn, or as high as it will be, near enough. */
function heightOf([id, { text, height = 0 }]: readonly [string, Note]): number {
  return drawnFrame(noteKey(id))?.height ?? Math.max(height, 24 + 20 * text.split('\n').length);
}

function isWithin(group: Frame, { x, y, width, height }: Frame): boolean {
  const [across, down] = [x + width / 2 - group.x, y + height / 2 - group.y];
  return across >= 0 && across <= group.width && down >= 0 && down <= group.height;
}

/** How far the upper left corner of some cards has moved. */
function shiftOf(cards: readonly Moved[]): NodeLayout {
  if (cards.length === 0) return { x: 0, y: 0 };
  const by = (axis: 'x' | 'y'): number =>
    Math.min(...cards.map(({ now }) => now[axis])) - Math.min(...cards.map(({ was }) => was[axis]));
  return { x: by('x'), y: by('y') };
}

function frameAround(frames: readonly Frame[]): Frame {
  const left = Math.min(...frames.map(({ x }) => x)) - around;
  const top = Math.min(...frames.map(({ y }) => y)) - head;
  const right = Math.max(...frames.map(({ x, width }) => x + width)) + around;
  const bottom = Math.max(...frames.map(({ y, height }) => y + height)) + around;
  return { x: left, y: top, width: right - left, height: bottom - top };
}
