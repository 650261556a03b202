import { duplicateNodes } from '@graft/graph';
import { useDocument, useScreen } from '../../kit/stores.ts';

/** Copies what is selected beside itself. */
export function duplicateSelection(): void {
  const { selection, select } = useScreen.getState();
  if (selection.length === 0) return;
  const copied = duplicateNodes(useDocument.getState().shown, selection);
  useDocument.getState().edit(() => copied.graph);
  select(copied.keys);
}
