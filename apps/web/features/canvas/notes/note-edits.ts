import { addGroup, addNote, type Graph, type NodeLayout } from '@graft/graph';
import { nodeWidth, announce, frameAround, roomFor, belowCard } from '@graft/view';
import { cardFrame, drawnFrames } from '../drawn-frames.ts';
import { drawnFrame, viewMiddle } from '../viewport.ts';
import { useDocument, useOverlay, useScreen } from '../../../kit/stores.ts';

const noteWidth = 240;
/** Of a note that is being written. */
const noteHeight = 90;
/** Of one of which only the first line is written. */
const lineHeight = 44;

/** Takes over what was added: selected, and to be written in at once. */
function take(
  { graph, key }: { readonly graph: Graph; readonly key: string },
  announcement: string,
): void {
  useDocument.getState().edit(() => graph);
  useScreen.getState().select([key]);
  useOverlay.getState().show({ renamingNode: key });
  announce(announcement);
}

/** The place nearest to the middle of what is in view at which a note covers nothing. */
function freeMiddle(graph: Graph): NodeLayout {
  return roomFor({ ...viewMiddle(), width: noteWidth, height: noteHeight }, drawnFrames(graph));
}

/** Adds an empty note, where it is wanted or near the middle of what is in view. */
export function addNoteAt(place?: NodeLayout): void {
  const { shown } = useDocument.getState();
  const { x, y } = place ?? freeMiddle(shown);
  take(addNote(shown, { text: '', x, y, width: noteWidth }), 'Added a note.');
}

/** Adds a note about a node, below it, where it covers nothing. */
export function addNoteAbout(node: string): void {
  const { shown } = useDocument.getState();
  const others = drawnFrames(shown).filter(({ id }) => id !== node);
  const size = { width: nodeWidth, height: lineHeight };
  const place = belowCard(cardFrame(shown, node), size, others);
  const note = { text: '', ...place, width: nodeWidth, about: node };
  take(addNote(shown, note), 'Added a note about the node.');
}

/** Draws a group around what is selected. */
export function groupSelection(): void {
  const { shown } = useDocument.getState();
  const frames = useScreen.getState().selection.flatMap((key) => drawnFrame(key) ?? []);
  if (frames.length === 0) return;
  take(addGroup(shown, { title: 'Group', ...frameAround(frames) }), 'Added a group.');
}
