import type { Actions } from '@graft/view';
import { useDocument, useScreen } from '../../kit/stores.ts';
import { addNoteAbout } from './notes/note-edits.ts';
import { addAtOpenEnd, addToCanvas } from './add-to-canvas.ts';
import { pasteCopied } from './clipboard-actions.ts';
import { copySelected, deleteSelected } from './edit-actions.ts';
import { freePlace } from './free-place.ts';
import { bringIntoSight, showNode } from './show-node.ts';
import { canvasPlace, selectedEdges } from './viewport.ts';

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
    void import('./move-prose.ts').then((loaded) => loaded.moveProse(note, step)),
  freePlace: () => freePlace(useDocument.getState().shown),
  showNode,
  copySelected,
  deleteSelected,
  hasSelectedEdge,
  pasteCopied,
} satisfies Partial<Actions>;
