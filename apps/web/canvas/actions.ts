import type { Actions } from '@graft/view';
import { useScreen } from '../kit/stores.ts';
import { pasteCopied } from './clipboard-actions.ts';
import { copySelected, deleteSelected } from './edit-actions.ts';
import { selectedEdges } from './viewport.ts';

/** Whether an edge is selected where it can be seen. */
export const hasSelectedEdge = (): boolean =>
  useScreen.getState().view === 'canvas' && selectedEdges().length > 0;

export const canvasActions = {
  copySelected,
  deleteSelected,
  hasSelectedEdge,
  pasteCopied,
} satisfies Partial<Actions>;
