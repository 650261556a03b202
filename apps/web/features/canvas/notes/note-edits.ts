import { addGroup, addNote, type Graph, type NodeLayout } from '@graft/graph';
import { nodeWidth, announce, frameAround, roomFor, belowCard } from '@graft/view';
import { cardFrame, drawnFrames } from '../drawn-frames.ts';
import { drawnFrame, viewMiddle } from '../viewport.ts';
import { useDocument, useOverlay, useScreen } from '../../../kit/stores.ts';

const noteWidth = 240;
/** The height of a note in edit. */
const noteHeight = 90;
/** The height of a note with one line. */
const lineHeight = 44;

/** Adds something, selects it, opens it for editing, and announces it. */
function take(
  { graph, key }: { readonly graph: Graph; readonly key: string },
  announcement: string,
): void {
  useDocument.getState().edit(() => graph);
  useScreen.getState().select([key]);
  useOverlay.getState().show({ renamingNode: key });
  announce(announcement);
}

/** The free place for a note that is nearest to the middle of the view. */
function freeMiddle(graph: Graph): NodeLayout {
  return roomFor({ ...viewMiddle(), width: noteWidth, height: noteHeight }, drawnFrames(graph));
}

/** Adds an empty note at a place, else near the middle of the view. */
export function addNoteAt(place?: NodeLayout): void {
  const { shown } = useDocument.getState();
  const { x, y } = place ?? freeMiddle(shown);
  take(addNote(shown, { text: '', x, y, width: noteWidth }), 'Added a note.');
}

/** Adds a note about a node, in a free place below it. */
export function addNoteAbout(node: string): void {
  const { shown } = useDocument.getState();
  const others = drawnFrames(shown).filter(({ id }) => id !== node);
  const size = { width: nodeWidth, height: lineHeight };
  const place = belowCard(cardFrame(shown, node), size, others);
  const note = { text: '', ...place, width: nodeWidth, about: node };
  take(addNote(shown, note), 'Added a note about the node.');
}

/** Adds a group around the selection. */
export function groupSelection(): void {
  const { shown } = useDocument.getState();
  const frames = useScreen.getState().selection.flatMap((key) => drawnFrame(key) ?? []);
  if (frames.length === 0) return;
  take(addGroup(shown, { title: 'Group', ...frameAround(frames) }), 'Added a group.');
}
