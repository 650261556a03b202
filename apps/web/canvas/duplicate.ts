import { duplicateNodes } from '@graft/graph';
import { useDocument } from '../state/stores.ts';
import { useScreen } from '../state/screen-store.ts';

/** Copies what is selected beside itself. */
export function duplicateSelection(): void {
  const { selection, select } = useScreen.getState();
  if (selection.length === 0) return;
  const copied = duplicateNodes(useDocument.getState().shown, selection);
  useDocument.getState().edit(() => copied.graph);
  select(copied.keys);
}
