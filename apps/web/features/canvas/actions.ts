import type { Actions } from '@graft/view';
import { goTo } from '../../api/graphs/navigation.ts';
import { useDocument, useScreen } from '../../kit/stores.ts';
import { addNoteAbout } from './notes/note-edits.ts';
import { addAtOpenEnd, addToCanvas } from './add-to-canvas.ts';
import { pasteCopied } from './clipboard-actions.ts';
import { copySelected, deleteSelected } from './edit-actions.ts';
import { freePlace } from './drawn-frames.ts';
import { canvasPlace, revealNode, selectedEdges } from './viewport.ts';

/** Brings a node of the graph that is shown into sight: its card, or its cell. */
function bringIntoSight(id: string): void {
  if (useScreen.getState().view === 'canvas') revealNode(useDocument.getState().shown, id);
  else document.querySelector(`[data-cell="${CSS.escape(id)}"]`)?.scrollIntoView();
}

/** Shows the node at a path of the file: its graph is gone into, it is selected and comes into sight. */
function showNode(path: string): void {
  bringIntoSight(goTo(path));
}

/** Whether an edge is selected where it can be seen. */
export const hasSelectedEdge = (): boolean =>
  useScreen.getState().view === 'canvas' && selectedEdges().length > 0;

export const canvasActions = {
  addAtOpenEnd,
  addNoteAbout,
  addToCanvas: (type) => addToCanvas(type),
  bringIntoSight,
  canvasPlace,
  // Loaded when first asked for.
  moveProse: (note, step) =>
    void import('./moved-prose.ts').then((loaded) => loaded.moveProse(note, step)),
  freePlace: () => freePlace(useDocument.getState().shown),
  showNode,
  copySelected,
  deleteSelected,
  hasSelectedEdge,
  pasteCopied,
} satisfies Partial<Actions>;
