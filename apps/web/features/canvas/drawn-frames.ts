import { groupKey, noteKey, type Frame, type Graph, type NodeLayout } from '@graft/graph';
import { type Card, nodeWidth, writtenHeight, boundsAround, type Bounds } from '@graft/view';
import { cardSize, drawnFrame } from './viewport.ts';
import type { InternalNode } from '@xyflow/react';

const origin: NodeLayout = { x: 0, y: 0 };

/** The place and size of a card, drawn or expected. */
export function cardFrame(graph: Graph, id: string): Card {
  const { x, y } = graph.layout[id] ?? origin;
  return { id, x, y, ...cardSize(graph, id) };
}

/** The same for a note. */
export function noteFrame(graph: Graph, id: string): Card | undefined {
  const note = graph.notes?.[id];
  if (note === undefined) return undefined;
  const key = noteKey(id);
  const height = drawnFrame(key)?.height ?? writtenHeight(note);
  return { id: key, x: note.x, y: note.y, width: note.width, height };
}

/** Pixels between a note and what is below it, at least. */
const belowNote = 8;
/** Pixels of a note that always show: what begins higher up stands beside it rather than below. */
const leastOfNote = 44;

/** How high a note can be without covering a card, a note or the head of a group. */
export function roomBelow(graph: Graph, id: string): number {
  const note = graph.notes?.[id];
  if (note === undefined) return Infinity;
  let top = Infinity;
  const look = ({ x, y }: NodeLayout, width: number): void => {
    const isBelow = y > note.y + leastOfNote && x < note.x + note.width && x + width > note.x;
    if (isBelow && y < top) top = y;
  };
  for (const node of Object.keys(graph.nodes)) look(graph.layout[node] ?? origin, nodeWidth);
  for (const other of Object.values(graph.notes ?? {})) look(other, other.width);
  for (const group of Object.values(graph.groups ?? {})) look(group, group.width);
  return top - note.y - belowNote;
}

/** The frame of a note with all of its text, also where it is drawn lower because of what is below it. */
export function wholeNoteFrame(graph: Graph, id: string): Card | undefined {
  const [frame, note] = [noteFrame(graph, id), graph.notes?.[id]];
  if (frame === undefined || note === undefined) return undefined;
  const isCut = frame.height >= roomBelow(graph, id) - 1;
  return isCut ? { ...frame, height: Math.max(frame.height, writtenHeight(note)) } : frame;
}

/** The cards and notes of a graph; groups lie behind them. */
export function drawnFrames(graph: Graph): readonly Card[] {
  return [
    ...Object.keys(graph.nodes).map((id) => cardFrame(graph, id)),
    ...Object.keys(graph.notes ?? {}).flatMap((id) => noteFrame(graph, id) ?? []),
  ];
}

/** The groups of a graph. */
export function groupFrames({ groups = {} }: Graph): readonly Card[] {
  return Object.entries(groups).map(([id, { x, y, width, height }]) => ({
    ...{ id: groupKey(id), x, y },
    ...{ width, height },
  }));
}

/** The bounding box of drawn cards, in graph coordinates. */
export function boundsOf(nodes: Iterable<Pick<InternalNode, 'measured' | 'internals'>>): Bounds {
  return boundsAround(drawn(nodes));
}

function* drawn(
  nodes: Iterable<Pick<InternalNode, 'measured' | 'internals'>>,
): Generator<NodeLayout & Partial<Frame>> {
  for (const { internals, measured } of nodes) {
    const { width = 0, height = 0 } = measured;
    yield { ...internals.positionAbsolute, width, height };
  }
}

interface Placed {
  readonly internals: { readonly positionAbsolute: { readonly x: number; readonly y: number } };
  readonly measured: { readonly width?: number; readonly height?: number };
}
/** Of the canvas's state what says where its nodes are seen. */
interface Shown {
  readonly nodeLookup: ReadonlyMap<string, Placed>;
  readonly transform: readonly [x: number, y: number, zoom: number];
  readonly width: number;
  readonly height: number;
}

/** Whether a part of any node is out of sight. */
export function reachesOut({ nodeLookup, transform, width, height }: Shown): boolean {
  const [x, y, zoom] = transform;
  for (const { internals, measured } of nodeLookup.values()) {
    const left = internals.positionAbsolute.x * zoom + x;
    const top = internals.positionAbsolute.y * zoom + y;
    const right = left + (measured.width ?? 0) * zoom;
    const bottom = top + (measured.height ?? 0) * zoom;
    if (left < 0 || top < 0 || right > width || bottom > height) return true;
  }
  return false;
}
