import { setCollapsed } from '@graft/graph';
import { plural } from '@graft/nodes/kit/ui';
import { selectedNodes } from '../commands/conditions.ts';
import { announce } from '../state/announcement.ts';
import { useDocument } from '../state/document-store.ts';

/** Folds the cards of the selected nodes to their titles, or unfolds them: one step of the history. */
export function foldSelected(isFolded: boolean): void {
  const { shown, edit } = useDocument.getState();
  const ids = selectedNodes().filter((id) => (shown.layout[id]?.collapsed === true) !== isFolded);
  edit((graph) => setCollapsed(graph, ids, isFolded));
  announce(`${isFolded ? 'Collapsed' : 'Expanded'} ${plural(ids.length, 'node')}.`);
}
