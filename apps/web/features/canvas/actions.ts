import { openPanel, type Actions, type InspectorTab } from '@graft/view';
import { goTo } from '../../api/graphs/navigation.ts';
import { useDocument, useScreen } from '../../kit/stores.ts';
import { addNoteAbout } from './notes/note-edits.ts';
import { addAtOpenEnd, addToCanvas } from './add-to-canvas.ts';
import { pasteCopied } from './clipboard-actions.ts';
import { copySelected, deleteSelected } from './edit-actions.ts';
import { freePlace } from './make-room.ts';
import { canvasPlace, findNode, selectedEdges } from './viewport.ts';

/** Brings the card or cell of a shown node into sight. */
function bringIntoSight(id: string): void {
  if (useScreen.getState().view === 'canvas') findNode(useDocument.getState().shown, id);
  else document.querySelector(`[data-cell="${CSS.escape(id)}"]`)?.scrollIntoView();
}

/** Shows the node at a path of the file: enters its graph, selects it, and brings it into sight; then a tab of it. */
function showNode(path: string, tab?: InspectorTab): void {
  bringIntoSight(goTo(path));
  if (tab === undefined) return;
  openPanel('inspector');
  useScreen.getState().show({ inspectorTab: tab });
}

/** Whether a visible edge is selected. */
export const hasSelectedEdge = (): boolean =>
  useScreen.getState().view === 'canvas' && selectedEdges().length > 0;

export const canvasActions = {
  addAtOpenEnd,
  addNoteAbout,
  addToCanvas: (type) => addToCanvas(type),
  bringIntoSight,
  canvasPlace,
  // Loaded on demand.
  moveProse: (note, step) =>
    void import('./moved-prose.ts').then((loaded) => loaded.moveProse(note, step)),
  freePlace: () => freePlace(useDocument.getState().shown),
  showNode,
  copySelected,
  deleteSelected,
  hasSelectedEdge,
  pasteCopied,
} satisfies Partial<Actions>;
