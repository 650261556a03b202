import {
  addGroup,
  addNote,
  emptyGraph,
  type Frame,
  type Graph,
  type NodeLayout,
} from '@graft/graph';
import { nodeWidth } from '../canvas/card-size.ts';
import { drawnFrames } from '../canvas/drawn-frames.ts';
import { roomFor } from '../canvas/room-for.ts';
import { cardSize, drawnFrame, freePlace } from '../canvas/viewport.ts';
import { announce } from '../state/announcement.ts';
import { useDocument } from '../state/document-store.ts';
import { useOverlay } from '../state/overlay-store.ts';
import { useScreen } from '../state/screen-store.ts';

const noteWidth = 240;
/** Of a note that is being written. */
const noteHeight = 90;
/** Pixels around what a group is made for, and for its head above. */
const around = 24;
const head = 44;

/** Takes over what was added: selected, and to be written in at once. */
function take({ graph, key }: { readonly graph: Graph; readonly key: string }, said: string): void {
  useDocument.getState().edit(() => graph);
  useScreen.getState().select([key]);
  useOverlay.getState().show({ renamingNode: key });
  announce(said);
}

/** The place nearest to the middle of what is in view at which a note covers nothing. */
function freeMiddle(graph: Graph): NodeLayout {
  // In a graph without nodes the middle is free.
  const middle = freePlace(emptyGraph);
  return roomFor({ id: '', ...middle, width: noteWidth, height: noteHeight }, drawnFrames(graph));
}

/** Adds an empty note, where it is wanted or near the middle of what is in view. */
export function addNoteAt(place?: NodeLayout): void {
  const { shown } = useDocument.getState();
  const { x, y } = place ?? freeMiddle(shown);
  take(addNote(shown, { text: '', x, y, width: noteWidth }), 'Added a note.');
}

/** Adds a note about a node, below it. */
export function addNoteAbout(node: string): void {
  const { shown } = useDocument.getState();
  const at = shown.layout[node] ?? { x: 0, y: 0 };
  const below = at.y + cardSize(shown, node).height + 16;
  const y = freeBelow({ x: at.x, y: below }, node);
  const note = { text: '', x: at.x, y, width: nodeWidth, about: node };
  take(addNote(shown, note), 'Added a note about the node.');
}

/** The first height from a place down at which a note covers nothing. */
function freeBelow({ x, y }: NodeLayout, self: string): number {
  const { shown } = useDocument.getState();
  const others = Object.keys(shown.nodes).flatMap((id): Frame[] => {
    const place = shown.layout[id];
    return id === self || place === undefined ? [] : [{ ...place, ...cardSize(shown, id) }];
  });
  const covered = (at: number): Frame | undefined =>
    others.find(
      (other) =>
        x < other.x + other.width &&
        other.x < x + nodeWidth &&
        at < other.y + other.height &&
        other.y < at + head,
    );
  let free = y;
  for (let other = covered(free); other !== undefined; other = covered(free)) {
    free = other.y + other.height + 16;
  }
  return free;
}

/** Draws a group around what is selected. */
export function groupSelection(): void {
  const { shown } = useDocument.getState();
  const frames = useScreen.getState().selection.flatMap((key) => drawnFrame(key) ?? []);
  if (frames.length === 0) return;
  const left = Math.min(...frames.map(({ x }) => x)) - around;
  const top = Math.min(...frames.map(({ y }) => y)) - head;
  const right = Math.max(...frames.map(({ x, width }) => x + width)) + around;
  const bottom = Math.max(...frames.map(({ y, height }) => y + height)) + around;
  const group = { title: 'Group', x: left, y: top, width: right - left, height: bottom - top };
  take(addGroup(shown, group), 'Added a group.');
}
